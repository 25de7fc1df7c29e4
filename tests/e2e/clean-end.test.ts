import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { aClusterOnRequest, openRound } from "./support/a-cluster.ts";

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

it("a cluster that is stopped in an open round, with everything broken, leaves no process and no file", async () => {
  const cluster = await aClusterOnRequest({
    nodes: 5,
    breaks: [
      { node: "node-1", kind: "pong-hung" },
      { node: "node-2", kind: "pong-down" },
      { node: "node-3", kind: "ping-down" },
      { node: "node-4", kind: "ping-silent" },
    ],
  });
  const pods = cluster.nodes.flatMap(({ pods: { ping, pong } }) => [ping, pong]);
  const pids = [cluster.redis, cluster.netchecker, ...pods].map(({ pid }) => pid!);
  expect(new Set(pids).size).toBe(12);
  await cluster.resultsAfter(0);
  await openRound(cluster);
  expect(pids.filter(alive)).toHaveLength(10);

  await cluster.stop();
  expect(pids.filter(alive)).toEqual([]);
  expect(existsSync(cluster.folder)).toBe(false);
  // Nothing starts them again.
  await sleep(1_500);
  expect(pods.filter(({ running }) => running)).toEqual([]);
  await expect(fetch(`${cluster.netchecker.url}/healthz`)).rejects.toThrow();
});
