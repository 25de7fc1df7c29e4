import { once } from "node:events";
import { connect } from "node:net";
import type { LocalCluster } from "@netchecker/testbed/loopback/local-cluster";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { aClusterOnRequest, aRound, notOk, type Results } from "./support/a-cluster.ts";
import { onRedis } from "./support/on-redis.ts";
import { type Outside, startOutside } from "./support/outside.ts";

const TOKEN = "a-token-of-some-length";

let cluster: LocalCluster;
let outside: Outside;

beforeAll(async () => {
  outside = await startOutside();
  cluster = await aClusterOnRequest({ nodes: 4, externalTargets: [outside.url] });
  await cluster.resultsAfter<Results>(0);
});
afterAll(async () => {
  await cluster?.stop();
  await outside?.close();
});

describe("the original's defects in probes", () => {
  it("defect 5: a node is dialled at its InternalIP, and a node without one is never dialled and is unknown, not ok", async () => {
    const ip = (name: string) => cluster.node(name).spec.ip;
    const hostname = { type: "Hostname", address: "node-2" };
    const legacy = { type: "LegacyHostIP", address: ip("node-1") };
    const addresses = [
      ["node-2", [hostname, legacy, { type: "InternalIP", address: ip("node-2") }]],
      ["node-3", [{ ...hostname, address: "node-3" }, legacy]],
      ["node-4", [{ type: "InternalIP", address: "" }]],
    ] as const;
    for (const [name, given] of addresses) {
      const node = cluster.node(name);
      node.update(({ status }) => (status.addresses = [...given]));
      onTestFinished(() =>
        node.update(({ status }) => {
          status.addresses = [{ type: "InternalIP", address: ip(name) }];
        }),
      );
    }
    const round = await aRound(cluster);
    const rows = round.results.filter(({ type }) => type === "node");
    const found = rows.map(({ check, to, ok }) => `${to.node} ${check} ${to.address} ${ok}`);
    expect(new Set(found)).toEqual(
      new Set([
        ...["node-1", "node-2"].flatMap((node) => [
          `${node} tcp ${ip(node)}:10250 true`,
          `${node} nodeport ${ip(node)}:32088 true`,
        ]),
        ...["node-3", "node-4"].flatMap((node) => [
          `${node} tcp null null`,
          `${node} nodeport null null`,
        ]),
      ]),
    );
    expect(round.summary.node).toEqual({ total: 32, ok: 16, failed: 0, unknown: 16, planned: 0 });
  });

  it("defect 6: REDIS_HOST configures all services, and the probed service is pong's, whose pods answer", async () => {
    const { REDIS_HOST, REDIS_URL } = cluster.netchecker.spec.env;
    const { host, port } = cluster.redis.address;
    expect([REDIS_HOST, REDIS_URL]).toEqual([`${host}:${port}`, undefined]);
    for (const { spec } of cluster.nodes.flatMap(({ pods }) => pods.ping))
      expect(Object.keys(spec.env("ping-x")).filter((name) => name.startsWith("REDIS"))).toEqual([
        "REDIS_HOST",
      ]);
    const pongs = cluster.nodes.map(({ pods }) => pods.pong.name);
    const { results } = await aRound(cluster);
    const rows = results.filter(({ check }) => check === "clusterip");
    expect(rows).toHaveLength(4);
    for (const { answeredBy = [] } of rows) {
      expect(answeredBy).not.toEqual([]);
      for (const { pod } of answeredBy) expect(pongs).toContain(pod);
    }
  });

  it("defect 7: a process that accepts and hangs is a failure", async () => {
    await cluster.break("node-2", "pong-hung");
    const { spec } = cluster.node("node-2").pods.pong;
    const socket = connect({ host: spec.ip, port: 8080 });
    await once(socket, "connect");
    socket.destroy();
    const { results } = await aRound(cluster);
    await cluster.heal("node-2", "pong-hung");
    const rows = results.filter(({ check, to }) => check === "echo" && to.node === "node-2");
    expect(rows.map(({ ok, reason }) => `${ok} ${reason}`)).toEqual(
      Array(4).fill("false response_timeout"),
    );
  });

  it("defect 8: each agent dials an external target once a round, not once for each other target", async () => {
    const before = outside.connections;
    const { results } = await aRound(cluster);
    expect(outside.connections - before).toBe(4);
    const rows = results.filter(({ type }) => type === "external");
    expect(rows.map(({ ok, attempts }) => `${ok} ${attempts}`)).toEqual(Array(4).fill("true 1"));
  });

  it("defect 8: without a way out only the external targets are late, and only they fail", async () => {
    await using redis = await onRedis(cluster);
    outside.silent = true;
    const before = outside.connections;
    const round = await aRound(cluster);
    outside.silent = false;
    expect(round.round).toMatchObject({ closedBy: "reports", reported: 4 });
    expect(notOk(round)).toEqual(
      [1, 2, 3, 4].map((n) => `node-${n} http ${outside.url}: response_timeout`),
    );
    expect(outside.connections - before).toBe(4 * 3);
    // All other reports came before the first report about external targets.
    expect(redis.reports.map(({ type }) => type).slice(-4)).toEqual(Array(4).fill("external"));
    expect(redis.reports).toHaveLength(16);
  });
});

describe("the original's defects in running it", () => {
  it("defect 11: rounds have ids, answers need the token, every service has a health route, and netchecker only reads from Kubernetes", async () => {
    const guarded = await aClusterOnRequest({
      nodes: 1,
      env: { netchecker: { API_TOKEN: TOKEN } },
    });
    onTestFinished(() => guarded.stop());
    const headers = { authorization: `Bearer ${TOKEN}` };
    const results = await vi.waitFor(
      async () => {
        const response = await guarded.fetch("/results", { headers });
        expect(response.status).toBe(200);
        return (await response.json()) as Results;
      },
      { timeout: 15_000 },
    );
    expect(results.round).toMatchObject({ id: 1, reported: 1 });
    // Not before the first round is stored.
    await vi.waitFor(async () => {
      const post = await guarded.fetch("/rounds", {
        method: "POST",
        headers: { ...headers, "x-netchecker": "1" },
      });
      expect([post.status, await post.json()]).toMatchObject([202, { id: 2 }]);
    });

    const paths = ["/results", "/rounds", "/node-states", "/openapi.json", "/report", "/nodes"];
    const wrong = { authorization: `Bearer ${TOKEN}x` };
    for (const path of paths) {
      expect([path, (await guarded.fetch(path)).status]).toEqual([path, 401]);
      expect([path, (await guarded.fetch(path, { headers: wrong })).status]).toEqual([path, 401]);
      expect([path, (await guarded.fetch(path, { headers })).status]).toEqual([path, 200]);
    }
    expect((await guarded.fetch("/rounds", { method: "POST" })).status).toBe(401);

    for (const path of ["/healthz", "/readyz"])
      expect((await guarded.fetch(path)).status).toBe(200);
    const [{ pods }] = guarded.nodes as [(typeof guarded.nodes)[number]];
    for (const { spec } of [pods.ping, pods.pong])
      expect((await fetch(`http://${spec.ip}:8080/healthz`)).status).toBe(200);

    expect([...guarded.apiServer.requests.keys()].toSorted()).toEqual(
      ["nodes", "pods", "services"]
        .flatMap((resource) => [`list ${resource}`, `watch ${resource}`])
        .toSorted(),
    );
  });
});
