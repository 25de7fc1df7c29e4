import type { LocalCluster } from "@netchecker/testbed/loopback/local-cluster";
import { startLocalCluster } from "@netchecker/testbed/loopback/start-local-cluster";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { lastResults, notOk, type Results, rounds } from "./support/a-cluster.ts";

let cluster: LocalCluster;

beforeAll(async () => {
  cluster = await startLocalCluster({ nodes: 5, intervalMs: 3_000, port: 0 });
});
afterAll(() => cluster?.stop());

const until = <T>(check: () => Promise<T>) => vi.waitFor(check, { timeout: 20_000, interval: 50 });

describe("Redis is killed in mid-round and restarted", () => {
  let killedIn: number;
  let lastIdAway: number;

  it("the round that was open closes by the timer, blames Redis, and is served from memory", async () => {
    await cluster.resultsAfter<Results>(0);
    // An agent without a way to Redis stays silent, so each round is open until the timer fires.
    await cluster.break("node-3", "ping-silent");
    killedIn = await until(async () => {
      const [open, last] = await rounds(cluster);
      expect(open!.state).toBe("open");
      expect(last!.missing).toMatchObject([{ node: "node-3", why: "silent" }]);
      return open!.id;
    });
    await cluster.redis.kill();

    const { round, summary, redis, notices, results } = await cluster.resultsAfter<Results>(
      killedIn - 1,
    );
    expect(round).toMatchObject({ id: killedIn, closedBy: "timer", stored: false });
    expect(round.missing.map(({ node }) => node)).toContain("node-3");
    expect(new Set(round.missing.map(({ why }) => why))).toEqual(new Set(["redis_away"]));
    // Cells that nobody could measure are counted, and `missing` names their agents. They have no
    // rows.
    expect(Object.values(summary).reduce((sum, { total }) => sum + total, 0)).toBe(90);
    expect(results.filter(({ ok }) => ok === null)).toEqual([]);
    expect(Date.parse(redis.awaySince!)).toBeGreaterThan(Date.parse(round.startedAt));
    expect(notices).toEqual([
      `Redis is away since ${redis.awaySince}; this is the last round, served from memory.`,
    ]);
  });

  it("rounds during the outage are recorded as failed with the reason, and no round is served as current", async () => {
    const failed = await until(async () => {
      const found = (await rounds(cluster)).filter(({ state }) => state === "failed");
      expect(found.length).toBeGreaterThanOrEqual(2);
      return found;
    });
    lastIdAway = failed[0]!.id;
    for (const round of failed) {
      expect(round).toMatchObject({ stored: false, closedBy: null });
      // As soon as netchecker knows why there is no connection, it says so.
      expect(round.failure).toMatch(
        /^could not be published: (Redis is away$|nothing listens at Redis' address )/,
      );
      expect(round.id).toBeGreaterThan(killedIn);
    }
    const last = await until(async () => {
      const response = await cluster.fetch("/results");
      expect(response.status).toBe(503);
      return (await response.json()) as { code: string; round: { id: number }; url: string };
    });
    expect(last).toMatchObject({
      code: "unmeasured",
      verdict: { verdict: "unmeasured", reason: "redis_away" },
      round: { id: killedIn },
    });
    const kept = (await (await cluster.fetch(last.url)).json()) as Results;
    expect(kept.round.id).toBe(killedIn);
    expect(kept.redis.awaySince).not.toBeNull();
    expect((await cluster.fetch("/readyz")).status).toBe(503);
  });

  it("when Redis is back and empty, a round is complete and stored again, and its id is new", async () => {
    await cluster.heal("node-3", "ping-silent");
    await cluster.redis.start();
    const whole = await until(async () => {
      const results = await lastResults(cluster);
      expect(results.round).toMatchObject({ closedBy: "reports", expected: 5, reported: 5 });
      expect(results.round).toMatchObject({ missing: [], stored: true });
      return results;
    });
    expect(whole.round.id).toBeGreaterThan(lastIdAway);
    expect(notOk(whole)).toEqual([]);
    expect(whole.redis.awaySince).toBeNull();
    expect(whole.notices).toEqual([]);
  });

  it("leaves no gap in the history: rounds that could not be stored are stored afterwards", async () => {
    const known = await until(async () => {
      const all = await rounds(cluster);
      const outage = all.filter(({ id }) => id >= killedIn && id <= lastIdAway);
      expect(outage.every(({ stored }) => stored)).toBe(true);
      return all;
    });
    const ids = known.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => b - a));
    expect(known.find(({ id }) => id === killedIn)).toMatchObject({ state: "closed" });
    expect(known.find(({ id }) => id === lastIdAway)).toMatchObject({ state: "failed" });
  });
});
