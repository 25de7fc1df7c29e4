import type { LocalCluster } from "@netchecker/testbed/loopback/local-cluster";
import { startLocalCluster } from "@netchecker/testbed/loopback/start-local-cluster";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import {
  aClusterOnRequest,
  lastResults,
  notOk,
  openRound,
  type Results,
  rounds,
} from "./support/a-cluster.ts";

let cluster: LocalCluster;

beforeAll(async () => {
  cluster = await startLocalCluster({ nodes: 3, intervalMs: 4_000, port: 0 });
  await cluster.resultsAfter<Results>(0);
  // An agent without a way to Redis stays silent, so each round is open until the timer fires after
  // 3 s.
  await cluster.break("node-3", "ping-silent");
});
afterAll(() => cluster?.stop());

const until = <T>(check: () => Promise<T>) => vi.waitFor(check, { timeout: 20_000, interval: 20 });

/** The round that is open now and the last stored round. */
async function inMidRound() {
  return until(async () => {
    const [open, last] = await rounds(cluster);
    expect(open!.state).toBe("open");
    expect(last).toMatchObject({ state: "closed", stored: true });
    return { open: open!, last: last!, served: await lastResults(cluster) };
  });
}

async function round(id: number) {
  const body = (await (await cluster.fetch(`/rounds/${id}`)).json()) as Pick<Results, "round">;
  return body.round;
}

describe("netchecker", () => {
  it("after SIGKILL in an open round it serves the last stored round as soon as it is back", async () => {
    const { open, last, served } = await inMidRound();
    await cluster.netchecker.kill("SIGKILL");
    await cluster.netchecker.start();
    const restored = await until(() => lastResults(cluster));
    expect(restored.round.id).toBe(last.id);
    expect(restored).toEqual(served);
    // No round of the new process has closed by now.
    expect((await rounds(cluster)).filter(({ id }) => id > open.id)).not.toContainEqual(
      expect.objectContaining({ state: "closed" }),
    );

    await until(async () =>
      expect(await round(open.id)).toMatchObject({
        state: "abandoned",
        startedAt: open.startedAt,
        closedBy: null,
        stored: true,
        failure: "netchecker ended while the round was open",
      }),
    );
    const next = await cluster.resultsAfter<Results>(last.id);
    expect(next.round.id).toBeGreaterThan(open.id);
  });

  it("after SIGTERM in an open round it records the round as abandoned before it ends", async () => {
    const { open, last } = await inMidRound();
    expect(await cluster.netchecker.kill("SIGTERM")).toEqual({ code: 0, signal: null });
    await cluster.netchecker.start();
    await until(async () => expect((await lastResults(cluster)).round.id).toBe(last.id));
    expect(await round(open.id)).toMatchObject({
      state: "abandoned",
      stored: true,
      failure: "netchecker was stopped while the round was open",
    });
  });

  it("gives each round a higher id than all before, whatever happened to them", async () => {
    await cluster.heal("node-3", "ping-silent");
    const whole = await until(async () => {
      const results = await lastResults(cluster);
      expect(results.round).toMatchObject({ closedBy: "reports", reported: 3, missing: [] });
      return results;
    });
    expect(notOk(whole)).toEqual([]);
    const all = (await rounds(cluster)).filter(({ state }) => state !== "open");
    const ids = all.map(({ id }) => id);
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, index) => ids[0]! - index));
    expect(all.filter(({ state }) => state === "abandoned")).toHaveLength(2);
    const starts = all.map(({ startedAt }) => startedAt);
    expect(starts).toEqual(starts.toSorted().toReversed());
  });
});

describe("netchecker, started while Redis does not answer", () => {
  it("abandons the open round and opens a new one as soon as Redis answers, not an interval later", async () => {
    // Its interval is an hour.
    const hourly = await aClusterOnRequest({ nodes: 2 });
    onTestFinished(() => hourly.stop());
    await hourly.resultsAfter<Results>(0);
    await hourly.break("node-2", "ping-silent");
    const open = await openRound(hourly);
    await hourly.netchecker.kill("SIGKILL");
    await hourly.heal("node-2", "ping-silent");
    process.kill(hourly.redis.pid!, "SIGSTOP");
    await hourly.netchecker.start();

    await until(async () => {
      const ready = await (await hourly.fetch("/readyz")).json();
      expect(ready).toMatchObject({ status: "not_ready", clusterSynced: true, lastRound: null });
    });
    const asked = await hourly.fetch("/rounds", {
      method: "POST",
      headers: { "x-netchecker": "1" },
    });
    expect([asked.status, await asked.json()]).toMatchObject([503, { code: "redis_away" }]);
    expect((await hourly.fetch("/results")).status).toBe(503);
    expect(await rounds(hourly)).toEqual([]);

    process.kill(hourly.redis.pid!, "SIGCONT");
    const next = await hourly.resultsAfter<Results>(open);
    expect(next.round).toMatchObject({ id: open + 1, reported: 2, missing: [] });
    expect(await until(() => rounds(hourly))).toMatchObject([
      { id: open + 1, state: "closed" },
      { id: open, state: "abandoned" },
      { id: 1, state: "closed" },
    ]);
  });
});
