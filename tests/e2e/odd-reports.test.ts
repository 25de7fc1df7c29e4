import { type Report, TARGET_TYPES } from "@netchecker/contract";
import type { LocalCluster } from "@netchecker/testbed/loopback/local-cluster";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { aClusterOnRequest, aRound, notOk, openRound, type Results } from "./support/a-cluster.ts";
import { NAMES, type OnRedis, onRedis } from "./support/on-redis.ts";

const FIVE_MEGABYTES = 5 * 1024 * 1024;

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

/** The report of a node's agent about pods in a round, once it has arrived. */
const podReport = (round: number, node: string): Promise<Report> =>
  vi.waitFor(
    () => {
      const found = redis.reports.find(
        (report) => report.round === round && report.type === "pod" && report.agent.node === node,
      );
      expect(found, `the report of ${node} in round ${round}`).toBeDefined();
      return found!;
    },
    { timeout: 10_000 },
  );

/** The same report, but it says that every pong is gone. */
const gloomy = (report: Report): Report => ({
  ...report,
  reasons: "c".repeat(report.reasons.length),
});

describe("reports that do not belong to the round", () => {
  it("reports that are late, repeated, truncated, of the wrong version, from an unknown agent or too large are counted and in no result", async () => {
    const before = await aRound(cluster);
    const late = await podReport(before.round.id, "node-3");

    // One agent is silent, so that the round is open while the messages arrive.
    await cluster.break("node-3", "ping-silent");
    const id = await openRound(cluster);
    const good = await podReport(id, "node-1");
    const unknown = { pod: "ping-zzzzz", node: "node-9", ip: "10.244.9.9" };
    await redis.say("pod", gloomy(late));
    await redis.say("pod", gloomy(good));
    await redis.say("pod", JSON.stringify({ ...gloomy(good), agent: late.agent }).slice(0, 200));
    await redis.say("pod", { ...gloomy(good), agent: late.agent, v: 2 });
    await redis.say("pod", { ...gloomy(good), agent: unknown });
    const large = { ...good, agent: late.agent, detail: { 0: "x".repeat(FIVE_MEGABYTES) } };
    await redis.say("pod", large);

    const results = await cluster.resultsAfter<Results>(id - 1);
    expect(results.round).toMatchObject({
      id,
      closedBy: "timer",
      expected: 3,
      reported: 2,
      missing: [{ node: "node-3", why: "silent" }],
      dropped: { late: 1, repeated: 1, unknownAgent: 1, invalid: 3 },
    });
    expect(results.summary.pod).toEqual({ total: 9, ok: 6, failed: 0, unknown: 3, planned: 0 });
    expect(results.results.filter(({ ok }) => ok === false)).toEqual([]);
    // A missing agent has no rows.
    expect(new Set(results.results.map(({ from }) => from.node))).toEqual(
      new Set(["node-1", "node-2"]),
    );
  });

  it("nonsense on every channel ends no process, and the next round is complete", async () => {
    const nonsense = ["", "null", "[]", "{", `"${"y".repeat(FIVE_MEGABYTES)}"`, '{"v":1}'];
    for (const type of TARGET_TYPES)
      for (const text of nonsense) {
        await redis.commands.publish(NAMES.lists[type], text);
        await redis.commands.publish(NAMES.reports[type], text);
      }
    const pids = [cluster.netchecker.pid, ...cluster.nodes.map(({ pods }) => pods.ping.pid)];
    await cluster.heal("node-3", "ping-silent");
    // The first round counts messages that arrived before it closed, and the healed agent may be
    // too late for it.
    const first = await aRound(cluster);
    expect(first.round.dropped.invalid).toBe(nonsense.length * TARGET_TYPES.length);
    const { round, results } = await vi.waitFor(
      async () => {
        const next = await aRound(cluster);
        expect(next.round).toMatchObject({ closedBy: "reports", reported: 3, missing: [] });
        return next;
      },
      { timeout: 25_000 },
    );
    expect(round.dropped).toEqual({ late: 0, repeated: 0, unknownAgent: 0, invalid: 0 });
    expect(notOk({ results })).toEqual([]);
    expect([cluster.netchecker.pid, ...cluster.nodes.map(({ pods }) => pods.ping.pid)]).toEqual(
      pids,
    );
    expect(cluster.netchecker.running).toBe(true);
    for (const { pods } of cluster.nodes) expect(pods.ping.running).toBe(true);
  });
});
