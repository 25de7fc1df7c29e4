import { ApiServer } from "@netchecker/testbed/kubernetes/api-server/api-server";
import { nodeObject } from "@netchecker/testbed/kubernetes/objects/node-object";
import {
  podObject,
  run,
  schedule,
  setReady,
} from "@netchecker/testbed/kubernetes/objects/pod-object";
import { serviceObject } from "@netchecker/testbed/kubernetes/objects/service-object";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { ApiServerAccess } from "../src/adapters/api-server-access.ts";
import { watchCluster } from "../src/adapters/watch-cluster.ts";
import {
  checkCluster,
  checkRedis,
  checkWatched,
  formatChecks,
  NOTES,
} from "../src/check-install.ts";
import { type ARedis, aRedis, LOG, NAMES } from "./support/a-redis.ts";
import { accessTo } from "./support/access-to.ts";

const OF = { namespace: "netchecker", serviceName: "pong-svc" };

let api: ApiServer;
let redis: ARedis;
let access: ApiServerAccess;

beforeAll(async () => {
  redis = await aRedis();
  api = new ApiServer();
  await api.start();
  api.store.create("nodes", nodeObject("node-1", "127.9.0.1", 10_250));
  const pod = podObject("ping", "netchecker", "node-1");
  schedule(pod, "node-1");
  run(pod, "127.9.1.1", "127.9.0.1");
  setReady(pod, true);
  api.store.create("pods", pod);
  access = accessTo(api);
});
afterAll(async () => {
  await api.stop();
  await redis.stop();
});

describe("the install check", () => {
  it("lists what is there and what is missing", async () => {
    expect(formatChecks(await checkCluster(access, OF))).toBe(
      [
        "ok      may list and watch /api/v1/nodes",
        "ok      may list and watch /api/v1/namespaces/netchecker/pods",
        "ok      may list and watch /api/v1/namespaces/netchecker/services",
        "ok      1 of 1 nodes have a ready ping pod (label name: ping, namespace netchecker)",
        "FAILED  0 of 1 nodes have a ready pong pod (label name: pong, namespace netchecker), not node-1: look at the DaemonSet pong",
        "FAILED  there is no service pong-svc in namespace netchecker: see PONG_SERVICE and NAMESPACE",
      ].join("\n"),
    );
  });

  it("names the nodes without an agent, however many pages of nodes there are", async () => {
    const names = Array.from({ length: 249 }, (_, n) => `other-${n + 1}`);
    const others = names.map((name) => nodeObject(name, "127.9.0.2", 10_250));
    for (const node of others) api.store.create("nodes", node);
    const said = (await checkCluster(access, OF)).filter(({ what }) => / ping pod /.test(what));
    expect(said).toEqual([
      {
        ok: false,
        what: "1 of 250 nodes have a ready ping pod (label name: ping, namespace netchecker), not other-1, other-10, other-100 and 246 more: look at the DaemonSet ping",
      },
    ]);
    for (const node of others) api.store.remove("nodes", node);
  });

  it("names the verb, the resource and the manifest of a missing permission", async () => {
    const at = { namespace: "netchecker", name: "pong-svc", clusterIp: "127.9.9.9" };
    api.store.create("services", serviceObject({ ...at, port: 8080, nodePort: 32_088 }));
    api.forbid("watch", "nodes");
    api.forbid("list", "pods");
    const failures = (await checkCluster(access, OF)).filter(({ ok }) => !ok);
    expect(failures.map(({ what }) => what)).toEqual([
      "may not watch nodes: the ClusterRole netchecker in deploy/base/netchecker-rbac.yaml grants it",
      "may not list pods: the Role netchecker in deploy/base/netchecker-rbac.yaml grants it",
    ]);
  });

  it("gives the same result from a running watch, without any request", async () => {
    const stop = new AbortController();
    const cluster = watchCluster(access, OF, LOG, stop.signal);
    const failing = () => checkWatched(cluster, OF).filter(({ ok }) => !ok);
    // Before the first list, the checks say so, and do not call pods or the service missing.
    expect(failing()).toHaveLength(3);
    expect(formatChecks(failing())).toMatch(/^FAILED {2}nothing came of \/api\/v1\/nodes since \d/);
    api.allow("watch", "nodes");
    api.allow("list", "pods");
    await cluster.synced;
    await vi.waitFor(() => expect(api.requests.get("watch services")).toBeGreaterThan(0));
    const asked = api.asked.length;
    expect(checkWatched(cluster, OF)).toEqual(await checkCluster(access, OF));
    expect(api.asked.length).toBeGreaterThan(asked);
    const askedThen = api.asked.length;
    api.store.create("nodes", nodeObject("lonely", "127.9.0.9", 10_250));
    await vi.waitFor(() =>
      expect(formatChecks(failing())).toMatch(
        /1 of 2 nodes have a ready ping pod .* not lonely: look/,
      ),
    );
    expect(api.asked.length).toBe(askedThen);
    api.forbid("list", "nodes");
    api.forbid("watch", "nodes");
    api.cutConnections();
    await vi.waitFor(() =>
      expect(failing().map(({ what }) => what)).toContainEqual(
        expect.stringMatching(/^may not (list|watch) nodes: the ClusterRole netchecker/),
      ),
    );
    api.allow("list", "nodes");
    api.allow("watch", "nodes");
    stop.abort();
  });

  it("mentions what it cannot check, and does not fail because of it", () => {
    expect(formatChecks(NOTES)).toMatch(/^note {4}who may reach Redis, .* must enforce them/);
    expect(NOTES.every(({ ok }) => ok)).toBe(true);
  });

  it("names the limits that Redis lacks, and accepts those of the manifests", async () => {
    const notes = async () => (await checkRedis(redis.address, NAMES, "redis:6379")).slice(1);
    expect(await notes()).toEqual([
      {
        ok: true,
        note: true,
        what: "one client can make Redis hold what it likes: proto-max-bulk-len 536870912, client-query-buffer-limit 1073741824, maxmemory-clients 0; docs/security.md says what to set",
      },
    ]);
    const commands = await redis.connect();
    for (const [name, value] of [
      ["proto-max-bulk-len", "4mb"],
      ["client-query-buffer-limit", "16mb"],
      ["maxmemory-clients", "48mb"],
    ] as const)
      await commands.config("SET", name, value);
    expect(await notes()).toEqual([]);
  });

  it("tries Redis, and says what to look at if Redis is away", async () => {
    const [answers] = await checkRedis(redis.address, NAMES, "redis:6379");
    expect(answers).toEqual({
      ok: true,
      what: "Redis answers at redis:6379, and lets netchecker write, publish, subscribe and run scripts",
    });
    await redis.server.kill();
    const [check] = await checkRedis(redis.address, NAMES, "redis:6379");
    expect(check).toMatchObject({
      ok: false,
      what: expect.stringMatching(/^Redis at redis:6379: nothing listens at Redis' address/),
    });
  });
});
