import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { TARGET_TYPES } from "@netchecker/contract";
import type { LocalCluster } from "@netchecker/testbed/loopback/local-cluster";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  aClusterOnRequest,
  aRound,
  notOk,
  openRound,
  type Results,
  rounds,
  storedRoundAfter,
} from "./support/a-cluster.ts";
import { NAMES, type OnRedis, onRedis } from "./support/on-redis.ts";
import { type Outside, startOutside } from "./support/outside.ts";

const NODES = ["node-1", "node-2", "node-3"];

describe("the original's defects with agents that probe one target at a time and reach nothing", () => {
  let cluster: LocalCluster;
  let outside: Outside;

  beforeAll(async () => {
    outside = await startOutside();
    outside.silent = true;
    cluster = await aClusterOnRequest({
      nodes: 3,
      externalTargets: [outside.url],
      breaks: NODES.map((node) => ({ node, kind: "pong-hung" as const })),
      // One probe at a time, as in the original. Three silent pongs take at least 3 s, which is
      // more time than there is.
      env: { ping: { PROBE_CONCURRENCY: "1" }, netchecker: { ROUND_TIMEOUT_MS: "4000" } },
    });
  });
  afterAll(async () => {
    await cluster?.stop();
    await outside?.close();
  });

  it("defect 1: a cut-off node reports in time, and its report does not open the next round", async () => {
    const first = await storedRoundAfter(cluster, 0);
    const second = await aRound(cluster);
    for (const { round, summary, results } of [first, second]) {
      expect(round).toMatchObject({ closedBy: "reports", reported: 3, missing: [] });
      // No agent finished its list. The targets that were not probed in time are unknown.
      expect(summary.pod).toMatchObject({ total: 9, ok: 0 });
      expect(summary.pod.failed).toBeGreaterThan(0);
      expect(summary.pod.unknown).toBeGreaterThan(0);
      expect(
        new Set(results.filter(({ type }) => type === "pod").map(({ reason }) => reason)),
      ).toEqual(new Set(["response_timeout", "not_probed"]));
    }
    expect(second.round.id).toBe(first.round.id + 1);
    expect(second.round.dropped).toEqual({ late: 0, repeated: 0, unknownAgent: 0, invalid: 0 });
    expect((await rounds(cluster)).map(({ id }) => id)).toEqual([2, 1]);
  });
});

describe("the original's defects in rounds", () => {
  let cluster: LocalCluster;
  let redis: OnRedis;

  beforeAll(async () => {
    cluster = await aClusterOnRequest({ nodes: 3 });
    await cluster.resultsAfter<Results>(0);
    redis = await onRedis(cluster);
  });
  afterEach(async () => {
    await Promise.all(cluster.nodes.map((node) => node.redisLink.open()));
  });
  afterAll(async () => {
    await redis?.[Symbol.asyncDispose]();
    await cluster?.stop();
  });

  /** Agents reconnect to Redis by themselves after a pause. */
  const untilWhole = () =>
    vi.waitFor(
      async () => {
        const results = await aRound(cluster);
        expect(results.round).toMatchObject({ closedBy: "reports", reported: 3, missing: [] });
        expect(notOk(results)).toEqual([]);
        return results;
      },
      { timeout: 25_000 },
    );

  it("defect 2: a round in which no message arrives at all closes by its timer, and the next one opens", async () => {
    await Promise.all(NODES.map((node) => cluster.break(node, "ping-silent")));
    const before = redis.reports.length;
    const { round, summary } = await aRound(cluster);
    expect(redis.reports).toHaveLength(before);
    expect(round).toMatchObject({ state: "closed", closedBy: "timer", expected: 3, reported: 0 });
    expect(round.missing.map(({ node, why }) => `${node} ${why}`)).toEqual(
      NODES.map((node) => `${node} silent`),
    );
    expect(summary.pod).toMatchObject({ total: 9, ok: 0, failed: 0, unknown: 9 });
    await Promise.all(NODES.map((node) => cluster.heal(node, "ping-silent")));
    expect((await untilWhole()).round.id).toBeGreaterThan(round.id);
  });

  it("defect 3: a round waits for every type of every agent, not for any three messages, and does not use a whole core meanwhile", async () => {
    await cluster.break("node-3", "ping-silent");
    const id = await openRound(cluster);
    const inRound = () => redis.reports.filter(({ round }) => round === id);
    await vi.waitFor(() => expect(inRound()).toHaveLength(8), { timeout: 5_000 });

    const cpuBefore = cpuSeconds(cluster.netchecker.pid!);
    await sleep(2_000);
    expect((await rounds(cluster))[0]).toMatchObject({ id, state: "open" });
    expect(cpuSeconds(cluster.netchecker.pid!) - cpuBefore).toBeLessThan(0.5);

    // The third agent reports late and without one type, so the round still waits for it.
    const agent = { pod: cluster.node("node-3").pods.ping.name, node: "node-3", ip: "127.0.0.1" };
    const example = (type: string) => inRound().find((report) => report.type === type)!;
    const [last, ...others] = TARGET_TYPES;
    for (const type of others) await redis.say(type, { ...example(type), agent });
    await vi.waitFor(() => expect(inRound()).toHaveLength(11));
    expect((await rounds(cluster))[0]).toMatchObject({ id, state: "open" });
    await redis.say(last, { ...example(last), agent });
    const { round } = await cluster.resultsAfter<Results>(id - 1);
    expect(round).toMatchObject({ id, closedBy: "reports", reported: 3, missing: [] });
    await cluster.heal("node-3", "ping-silent");
    await untilWhole();
  });

  it("defect 4: lost Redis subscriptions come back, netchecker's and the agents'", async () => {
    const subscribers = () => redis.commands.pubsub("NUMSUB", NAMES.lists.pod, NAMES.reports.pod);
    // The test itself is one subscriber of each.
    const all = [NAMES.lists.pod, 4, NAMES.reports.pod, 2];
    await vi.waitFor(async () => expect(await subscribers()).toEqual(all), { timeout: 10_000 });
    expect(await redis.commands.call("CLIENT", "KILL", "TYPE", "pubsub")).toBeGreaterThan(4);
    // The test's own subscription stays lost.
    const back = [NAMES.lists.pod, 3, NAMES.reports.pod, 1];
    await vi.waitFor(async () => expect(await subscribers()).toEqual(back), { timeout: 10_000 });
    await untilWhole();
  });

  it("defect 10: a result does not expire, and is served until there is a newer one", async () => {
    const { round } = await aRound(cluster);
    const id = round.id;
    expect(await redis.commands.ttl(NAMES.round(id))).toBe(-1);
    // No other round will follow: the interval is an hour, and Redis is gone.
    await cluster.redis.kill();
    await vi.waitFor(async () => {
      const ready = (await (await cluster.fetch("/readyz")).json()) as { redisAwaySince: unknown };
      expect(ready.redisAwaySince).not.toBeNull();
    });
    const get = async (path: string) => (await cluster.fetch(path)).json();
    expect(await get("/results")).toMatchObject({ round: { id }, summary: { pod: { ok: 9 } } });
    // 9 pods, 18 checks of nodes, 3 of the service.
    expect(await get("/report")).toHaveLength(30);
    expect(await get("/report/true")).toHaveLength(30);
    expect(await get("/simple/true")).toHaveLength(30);
    expect(await get("/nodes")).toHaveLength(3);
    expect(await get("/report/false")).toEqual([]);
    expect(await get("/simple/false")).toEqual([]);
  });
});

/**
 * The CPU seconds that a process has used on all cores since its start. Linux counts in hundredths
 * of a second.
 */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
