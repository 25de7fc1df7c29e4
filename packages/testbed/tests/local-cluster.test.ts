import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LocalCluster } from "../src/loopback/local-cluster.ts";
import { startLocalCluster } from "../src/loopback/start-local-cluster.ts";
import { living } from "./processes.ts";

let cluster: LocalCluster;

beforeAll(async () => {
  cluster = await startLocalCluster({ nodes: 2, intervalMs: 2_000, port: 0 });
});
afterAll(() => cluster?.stop());

interface Results {
  round: { id: number; expected: number };
}

/** The results of the first round that was opened after now. */
async function nextRound(): Promise<Results> {
  const response = await cluster.fetch("/results");
  const last = response.ok ? ((await response.json()) as Results).round.id : 0;
  return cluster.resultsAfter<Results>(last + 1);
}

test("a node comes and goes", async () => {
  await cluster.addNode("node-3");
  expect((await nextRound()).round.expected).toBe(3);
  await cluster.removeNode("node-3");
  expect((await nextRound()).round.expected).toBe(2);
});

test("netchecker is killed and started again, on its port", async () => {
  const { pid, url } = cluster.netchecker;
  expect(await cluster.netchecker.kill()).toEqual({ code: null, signal: "SIGKILL" });
  expect(cluster.netchecker.running).toBe(false);
  await cluster.netchecker.start();
  expect(cluster.netchecker.pid).not.toBe(pid);
  expect(cluster.netchecker.url).toBe(url);
  expect((await nextRound()).round.expected).toBe(2);
});

test("Redis is killed and started again, on its port, and empty", async () => {
  const { pid } = cluster.redis;
  await cluster.redis.kill();
  await expect(once(connect(cluster.redis.address), "connect")).rejects.toMatchObject({
    code: "ECONNREFUSED",
  });
  await cluster.redis.start();
  expect(cluster.redis.pid).not.toBe(pid);
  await once(connect(cluster.redis.address).unref(), "connect");
});

test("a node that there is not cannot be broken", async () => {
  await expect(cluster.break("node-9", "pong-down")).rejects.toThrow(
    "there is no node-9; there are node-1,node-2",
  );
});

test("stopped, also twice, it leaves no process", async () => {
  const pods = cluster.nodes.flatMap(({ pods: { ping, pong } }) => [ping.pid, pong.pid]);
  const pids = [...pods, cluster.redis.pid, cluster.netchecker.pid].map((pid) => pid!);
  expect(living(pids)).toEqual(pids);
  await Promise.all([cluster.stop(), cluster.stop()]);
  expect(living(pids)).toEqual([]);
});
