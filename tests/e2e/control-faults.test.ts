import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { LocalCluster } from "@netchecker/testbed/loopback/local-cluster";
import { startLocalCluster } from "@netchecker/testbed/loopback/start-local-cluster";

/**
 * Faults of the things that netchecker and Redis depend on. Other tests check what netchecker says
 * about them.
 */

let cluster: LocalCluster;
const clients: Redis[] = [];

beforeAll(async () => {
  cluster = await startLocalCluster({
    nodes: 3,
    intervalMs: 3_000,
    port: 0,
    zones: 2,
    redisLink: true,
    labels: (name) => ({ "example.com/pool": name === "node-1" ? "small" : "large" }),
  });
});
afterEach(() => {
  for (const each of clients.splice(0)) each.disconnect();
});
afterAll(() => cluster?.stop());

function client(options: object = {}): Redis {
  const redis = new Redis({
    ...cluster.redis.address,
    retryStrategy: () => null,
    commandTimeout: 1_000,
    ...options,
  });
  redis.on("error", () => {});
  clients.push(redis);
  return redis;
}

test("a read-only replica refuses writes and answers reads until it is the primary again", async () => {
  await cluster.redis.becomeReplica();
  await expect(client().set("a", "b")).rejects.toThrow(/READONLY/);
  expect(await client().get("nothing")).toBeNull();
  await cluster.redis.becomePrimary();
  expect(await client().set("a", "b")).toBe("OK");
});

test("a full Redis refuses commands that need memory until there is room again", async () => {
  await cluster.redis.fillUp();
  await expect(client().set("a", "b")).rejects.toThrow(/OOM/);
  await cluster.redis.makeRoom();
  expect(await client().set("a", "b")).toBe("OK");
});

test("a paused Redis answers nothing until it continues", async () => {
  const redis = client();
  await redis.ping();
  cluster.redis.freeze();
  await expect(redis.ping()).rejects.toThrow(/timed out/);
  cluster.redis.thaw();
  expect(await client().ping()).toBe("PONG");
});

test("a new password ends all connections, and Redis serves nobody without it", async () => {
  const before = client();
  await before.ping();
  await cluster.redis.changePassword("new");
  await vi.waitFor(() => expect(before.status).toBe("end"));
  await expect(client().ping()).rejects.toThrow(/NOAUTH/);
  expect(await client({ password: "new" }).ping()).toBe("PONG");
  await cluster.redis.changePassword(null);
  expect(await client().ping()).toBe("PONG");
});

test("large packets can be lost on netchecker's way to Redis: small ones pass, and nothing passes after a large one", async () => {
  const [host, port] = cluster.redisLink.address.split(":");
  const over = { host, port: Number(port) };
  cluster.redisLink.loseLargerThan(1_400);
  const redis = client(over);
  expect(await redis.set("small", "x".repeat(100))).toBe("OK");
  await expect(redis.set("large", "x".repeat(5_000))).rejects.toThrow(/timed out/);
  await expect(redis.get("small")).rejects.toThrow(/timed out/);
  expect(await client(over).set("small", "again")).toBe("OK");
  expect(await client().get("large")).toBeNull();
  cluster.redisLink.loseLargerThan(null);
  await vi.waitFor(async () => expect(await client().get("large")).toHaveLength(5_000));
});

test("another netchecker can take the lease from its owner and keep it alive", async () => {
  await cluster.foreignLease.take("netchecker-elsewhere");
  await sleep(2_500);
  expect(await client().get("netchecker:lease")).toBe("netchecker-elsewhere");
  expect(await client().pttl("netchecker:lease")).toBeGreaterThan(13_000);
  await cluster.foreignLease.release();
  expect(await client().get("netchecker:lease")).not.toBe("netchecker-elsewhere");
});

test("nodes are spread over zones, and have the labels that a test gives them", () => {
  const labels = cluster.nodes.map(({ object }) => object.metadata.labels!);
  expect(labels.map((each) => each["topology.kubernetes.io/zone"])).toEqual([
    "zone-a",
    "zone-b",
    "zone-a",
  ]);
  expect(labels.map((each) => each["example.com/pool"])).toEqual(["small", "large", "large"]);
});

test("a node with a delay is not Ready before the delay is over, and its pods wait for that", async () => {
  // Kubernetes' 60 s are 3 s here.
  const node = await cluster.addNode("node-9", { readyAfterMs: 60_000 });
  const never = await cluster.addNode("node-10", { readyAfterMs: null });
  expect(node.readiness).toBe("False");
  const ready = node.object.status.conditions.find(({ type }) => type === "Ready")!;
  expect(ready.message).toMatch(/cni plugin not initialized/);
  expect(ready.lastTransitionTime).toBe(node.object.metadata.creationTimestamp);
  expect(node.pods.ping.object!.status.phase).toBe("Pending");
  await vi.waitFor(() => expect(node.readiness).toBe("True"), { timeout: 10_000 });
  await node.podsReady();
  expect(never.readiness).toBe("False");
  expect(never.pods.ping.object!.status.phase).toBe("Pending");
  await cluster.removeNode("node-9");
  await cluster.removeNode("node-10");
});

test("all node objects can be deleted at once, while everything else lives", () => {
  const pids = cluster.nodes.map(({ pods }) => pods.pong.pid);
  cluster.deleteNodeObjects();
  expect(cluster.apiServer.store.list("nodes")).toEqual([]);
  expect(cluster.nodes.map(({ pods }) => pods.pong.pid)).toEqual(pids);
  for (const node of cluster.nodes) node.restoreObject();
  expect(cluster.apiServer.store.list("nodes")).toHaveLength(3);
});
