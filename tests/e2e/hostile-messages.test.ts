import { readFile } from "node:fs/promises";
import { hostileMessages } from "@netchecker/testbed/services/hostile-messages";
import type { LocalCluster } from "@netchecker/testbed/loopback/local-cluster";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aClusterOnRequest, aRound, openRound, type Results } from "./support/a-cluster.ts";
import { NAMES, type OnRedis, onRedis } from "./support/on-redis.ts";

const MEBIBYTE = 1024 * 1024;

let cluster: LocalCluster;
let redis: OnRedis;

beforeAll(async () => {
  cluster = await aClusterOnRequest({ nodes: 3 });
  await cluster.resultsAfter<Results>(0);
  redis = await onRedis(cluster);
});
afterAll(async () => {
  await redis?.[Symbol.asyncDispose]();
  await cluster?.stop();
});

/** The most memory that a process has used since its start, in bytes (proc_pid_status(5)). */
async function peakMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

describe("a stranger who may publish", () => {
  it("publishes 64 MiB again and again: netchecker stores none of it, keeps its connection and counts the round's reports", async () => {
    const pid = cluster.netchecker.pid!;
    const before = await peakMemory(pid);
    const large = Buffer.alloc(64 * MEBIBYTE, "x");
    // Otherwise Redis itself would disconnect the subscriber.
    await redis.commands.config("SET", "client-output-buffer-limit", "pubsub 0 0 0");
    const id = await openRound(cluster);
    for (const channel of Object.values(NAMES.reports))
      await redis.commands.publish(channel, large);
    const { round } = await cluster.resultsAfter<Results>(id - 1);
    expect(round).toMatchObject({ id, reported: 3, missing: [] });
    const next = await aRound(cluster);
    expect(next.round).toMatchObject({ reported: 3, missing: [] });
    expect(cluster.netchecker.pid).toBe(pid);
    // netchecker would need three times the size of each message if it stored them.
    expect((await peakMemory(pid)) - before).toBeLessThan(64 * MEBIBYTE);
    const metrics = await (await cluster.fetch("/metrics")).text();
    expect(metrics).toMatch(/netchecker_redis_connections_lost_total\{connection="subscriber"\} 0/);
  }, 120_000);

  it("publishes 3,000 messages of every kind on the report channels: no process dies, and the reports of the expected agents count", async () => {
    const pid = cluster.netchecker.pid!;
    const before = await peakMemory(pid);
    const overheard = redis.reports.filter(({ round }) => round > 0);
    const id = await openRound(cluster);
    const hostile = hostileMessages(
      { seed: 13, names: NAMES, mostBytes: MEBIBYTE / 8, onto: ["reports"], reports: overheard },
      3_000,
    );
    let sent: Promise<unknown>[] = [];
    for (const { channel, text } of hostile) {
      sent.push(redis.commands.publish(channel, text));
      if (sent.length === 100) {
        await Promise.all(sent);
        sent = [];
      }
    }
    const { round } = await cluster.resultsAfter<Results>(id - 1);
    expect(round).toMatchObject({ id, reported: 3, missing: [] });
    const after = await aRound(cluster);
    expect(after.round).toMatchObject({ reported: 3, missing: [] });
    const { late, repeated, unknownAgent, invalid } = after.round.dropped;
    const earlier = Object.values(round.dropped).reduce((sum, count) => sum + count, 0);
    // The round in which they arrive counts them, or the next one.
    expect(late + repeated + unknownAgent + invalid + earlier).toBeGreaterThanOrEqual(2_700);
    expect(cluster.netchecker.pid).toBe(pid);
    expect((await peakMemory(pid)) - before).toBeLessThan(64 * MEBIBYTE);
  }, 120_000);
});
