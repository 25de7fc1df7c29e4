import { setTimeout as sleep } from "node:timers/promises";
import { ApiServer } from "@netchecker/testbed/kubernetes/api-server/api-server";
import { cordon, nodeObject } from "@netchecker/testbed/kubernetes/objects/node-object";
import { podObject } from "@netchecker/testbed/kubernetes/objects/pod-object";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ApiServerAccess } from "../src/adapters/api-server-access.ts";
import { listResource } from "../src/adapters/list-resource.ts";
import { watchCluster } from "../src/adapters/watch-cluster.ts";
import {
  WATCH_BOUNDS,
  WATCH_TIMINGS,
  type WatchBounds,
  type WatchTimings,
} from "../src/adapters/watch-resource.ts";
import { aLog } from "./support/a-log.ts";
import { accessTo } from "./support/access-to.ts";

/** With these timings, nothing becomes stale unless a test changes them. */
const TIMINGS: WatchTimings = {
  ...WATCH_TIMINGS,
  heldAfterMs: 5_000,
  shortestWatchMs: 20,
  backoff: { firstMs: 20, maxMs: 100 },
};

let api: ApiServer;
let stop: AbortController;
let access: ApiServerAccess;
const log = aLog();

beforeEach(async () => {
  stop = new AbortController();
  log.lines.length = 0;
  api = new ApiServer();
  await api.start();
  access = accessTo(api, log.log);
});
afterEach(async () => {
  stop.abort();
  await access.close();
  await api.stop();
});

function begin(timings: Partial<WatchTimings> = {}, bounds: Partial<WatchBounds> = {}) {
  const of = { namespace: "netchecker", serviceName: "pong-svc" };
  const all = [
    { ...TIMINGS, ...timings },
    { ...WATCH_BOUNDS, ...bounds },
  ] as const;
  return watchCluster(access, of, log.log, stop.signal, ...all);
}

async function watch(...those: Parameters<typeof begin>) {
  const cluster = begin(...those);
  await cluster.synced;
  await vi.waitFor(() => expect(watchesOf("nodes").length).toBeGreaterThan(0));
  return cluster;
}

const addNode = (name: string) => api.store.create("nodes", nodeObject(name, "127.9.0.1", 10_250));
const namesIn = (cluster: ReturnType<typeof watchCluster>) =>
  cluster.view().nodes.map(({ name }) => name);
const askedOf = (what: string) =>
  api.asked.flatMap((asked) => (asked.access === what ? asked.parameters : []));
const watchesOf = (resource: string) =>
  askedOf(`watch ${resource}`).map((parameters) => parameters.get("resourceVersion"));
const warnings = () => log.lines.filter(({ level }) => level >= 40);

describe("a watch that is silent", () => {
  it("continues from the last event, so that a deleted node does not come back", async () => {
    const gone = addNode("gone");
    addNode("stays");
    const cluster = await watch({ silenceMs: 400 });
    const listed = String(api.store.version);
    api.store.update("nodes", gone, cordon);
    api.store.remove("nodes", gone);
    await vi.waitFor(() => expect(namesIn(cluster)).toEqual(["stays"]));
    const last = String(api.store.version);
    await vi.waitFor(() => expect(watchesOf("nodes").length).toBeGreaterThan(2), 5_000);
    expect(watchesOf("nodes").slice(0, 3)).toEqual([listed, last, last]);
    expect(askedOf("list nodes")).toHaveLength(1);
    expect(cluster.view().staleSince).toBeNull();
    expect(cluster.watchLosses()).toEqual({ nodes: 0, pods: 0, services: 0 });
  });

  it("continues from the last bookmark, although none of its objects changed", async () => {
    await api.stop();
    api = new ApiServer({ bookmarkIntervalMs: 100 });
    await api.start();
    access = accessTo(api, log.log);
    await watch({ silenceMs: 400 });
    const listed = watchesOf("nodes")[0];
    api.store.create("pods", podObject("ping", "elsewhere", "n"));
    const moved = String(api.store.version);
    expect(moved).not.toBe(listed);
    await sleep(300);
    const { connections } = api;
    api.hang();
    // Each of the three watches connects again.
    await vi.waitFor(() => expect(api.connections).toBeGreaterThanOrEqual(connections + 3), 10_000);
    api.resume();
    await vi.waitFor(() => expect(watchesOf("nodes").length).toBeGreaterThan(1), 5_000);
    expect(watchesOf("nodes")[1]).toBe(moved);
  });

  it("is listed again after a long time, because the server may have lost the version", async () => {
    addNode("a");
    const cluster = await watch({ silenceMs: 200, listAfterMs: 500 });
    api.hang();
    await sleep(1_000);
    api.resume();
    await vi.waitFor(() => expect(askedOf("list nodes")).toHaveLength(2), 5_000);
    expect(cluster.watchLosses()["nodes"]).toBe(0);
  });
});

describe("a connection that breaks", () => {
  it("continues from the last version, without an alarm", async () => {
    addNode("a");
    const cluster = await watch();
    api.cutConnections();
    addNode("b");
    await vi.waitFor(() => expect(namesIn(cluster)).toEqual(["a", "b"]), 5_000);
    expect(askedOf("list nodes")).toHaveLength(1);
    expect(cluster.view().staleSince).toBeNull();
    expect(warnings()).toEqual([]);
  });

  it("and cannot be made again is a loss, and the resource is listed again, so that no change is missed", async () => {
    addNode("a");
    const cluster = await watch();
    await api.stop();
    await vi.waitFor(() => expect(cluster.view().staleSince).not.toBeNull());
    expect(cluster.problem()).toMatch(/^cannot (list|watch) \w+: .*ECONNREFUSED/);
    addNode("b");
    await api.start();
    await vi.waitFor(() => expect(namesIn(cluster)).toEqual(["a", "b"]), 5_000);
    expect(askedOf("list nodes")).toHaveLength(2);
    expect(cluster.watchLosses()["nodes"]).toBeGreaterThan(0);
    // The number of tries does not matter.
    expect(warnings().length).toBeLessThanOrEqual(3);
  });
});

describe("a version that has expired", () => {
  it("is listed again at once, without an alarm, as an error event and as a status", async () => {
    addNode("a");
    const cluster = await watch({ backoff: { firstMs: 60_000, maxMs: 60_000 } });
    api.compact();
    addNode("b");
    await vi.waitFor(() => expect(namesIn(cluster)).toEqual(["a", "b"]), 2_000);
    expect(askedOf("list nodes")).toHaveLength(2);
    expect(cluster.view().staleSince).toBeNull();
    expect(cluster.problem()).toBeNull();
    expect(cluster.watchLosses()).toEqual({ nodes: 0, pods: 0, services: 0 });
    expect(warnings()).toEqual([]);
  });

  it("causes no alarm as a status of 410 either", async () => {
    addNode("a");
    const expired =
      '{"kind":"Status","status":"Failure","reason":"Expired","code":410,"message":"too old"}';
    let refused = false;
    api.answerInstead("watch", "nodes", (_, response) => {
      if (refused) return false;
      refused = true;
      response.writeHead(410, { "content-type": "application/json" }).end(expired);
      return true;
    });
    const cluster = begin({ backoff: { firstMs: 60_000, maxMs: 60_000 } });
    // While the resource is listed again, the view has no problem.
    const problems: (string | null)[] = [];
    api.answerInstead("list", "nodes", () => {
      if (refused) problems.push(cluster.problem());
      return false;
    });
    await vi.waitFor(() => expect(watchesOf("nodes")).toHaveLength(2), 2_000);
    expect(problems).toEqual([null]);
    expect(askedOf("list nodes")).toHaveLength(2);
    expect(cluster.watchLosses()["nodes"]).toBe(0);
    expect(warnings()).toEqual([]);
  });

  it("is listed with pauses if it expires again and again", async () => {
    api.answerInstead("watch", "nodes", (_, response) => {
      response.end('{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}\n');
    });
    const cluster = await watch({ backoff: { firstMs: 100, maxMs: 10_000 } });
    await sleep(1_500);
    const lists = askedOf("list nodes").length;
    expect(lists).toBeGreaterThan(2);
    expect(lists).toBeLessThan(9);
    expect(cluster.watchLosses()["nodes"]).toBe(0);
  });

  it("between two pages makes the whole list start over", async () => {
    const names = Array.from({ length: 25 }, (_, n) => `n${n + 10}`);
    for (const name of names) addNode(name);
    let pages = 0;
    api.answerInstead("list", "nodes", () => {
      pages += 1;
      if (pages === 2) {
        api.store.remove("nodes", api.store.get("nodes", "n10")!);
        api.compact();
      }
      return false;
    });
    let found: unknown[] = [];
    const keep = {
      begin: () => void (found = []),
      take: (items: readonly unknown[]) => void found.push(...items),
    };
    const bounds = { ...WATCH_BOUNDS, pageSize: 10 };
    const { resourceVersion } = await listResource(
      access,
      { path: "/api/v1/nodes" },
      bounds,
      keep,
      stop.signal,
    );
    expect(found).toMatchObject(names.slice(1).map((name) => ({ metadata: { name } })));
    expect(resourceVersion).toBe(String(api.store.version));
    expect(pages).toBe(5);
  });
});

describe("a list", () => {
  it("is a consistent read: it asks for no version, so that no lagging cache answers it", async () => {
    await watch();
    for (const lists of ["list nodes", "list pods", "list services"])
      expect(askedOf(lists).map((parameters) => parameters.get("resourceVersion"))).toEqual([null]);
  });
});

describe("the server's wishes", () => {
  it("are obeyed: 429 is no loss, and nothing is requested before Retry-After", async () => {
    addNode("a");
    const cluster = await watch({ silenceMs: 200 });
    api.throttle("watch", "nodes", 1);
    const before = watchesOf("nodes").length;
    await vi.waitFor(() => expect(watchesOf("nodes").length).toBe(before + 1), 5_000);
    const refusedAt = performance.now();
    await vi.waitFor(() => expect(watchesOf("nodes").length).toBe(before + 2), 5_000);
    expect(performance.now() - refusedAt).toBeGreaterThan(900);
    expect(watchesOf("nodes").at(-1)).toBe(watchesOf("nodes")[0]);
    expect(askedOf("list nodes")).toHaveLength(1);
    expect(cluster.watchLosses()["nodes"]).toBe(0);
    expect(warnings()).toEqual([]);
  });

  it("include fewer ends at once: each watch asks for another end between 5 and 10 minutes", async () => {
    await watch();
    await vi.waitFor(() => expect(watchesOf("services")).toHaveLength(1));
    const seconds = ["nodes", "pods", "services"].map((resource) =>
      Number(askedOf(`watch ${resource}`)[0]!.get("timeoutSeconds")),
    );
    for (const each of seconds) expect(each).toBeGreaterThanOrEqual(300);
    for (const each of seconds) expect(each).toBeLessThanOrEqual(600);
    expect(new Set(seconds).size).toBeGreaterThan(1);
  });

  it("include no tight loop: a watch that ends at once is opened again after a pause", async () => {
    api.answerInstead("watch", "nodes", (_, response) => void response.end());
    const cluster = await watch({ backoff: { firstMs: 100, maxMs: 10_000 } });
    await sleep(1_000);
    expect(watchesOf("nodes").length).toBeLessThan(7);
    expect(cluster.watchLosses()["nodes"]).toBeGreaterThan(0);
    expect(cluster.problem() ?? "").toMatch(/as soon as it had begun|^$/);
  });
});

describe("the connection", () => {
  it("is one for each watch, and lists reuse connections", async () => {
    for (let index = 0; index < 25; index += 1) addNode(`n${index}`);
    await watch({ silenceMs: 300 }, { pageSize: 5 });
    // Five pages of nodes, one of pods, one of services, and three watches. A watch does not share its connection.
    expect(api.connections).toBeLessThanOrEqual(4);
  });
});
