import type { Result, RoundHead } from "@netchecker/contract";
import { describe, expect, it } from "vitest";
import { effectOf } from "../faults/read-fault.ts";
import { checkReports } from "./check-reports.ts";
import { planSoak } from "./plan-soak.ts";
import { isClean, type SoakTally } from "./soak-tally.ts";
import { Timeline } from "./timeline.ts";

const OPTIONS = { nodes: 6, durationMs: 30 * 60_000, intervalMs: 5_000 };

describe("planSoak", () => {
  it("plans the same for the same seed, and something else for another", () => {
    expect(planSoak({ ...OPTIONS, seed: 1 })).toEqual(planSoak({ ...OPTIONS, seed: 1 }));
    expect(planSoak({ ...OPTIONS, seed: 1 })).not.toEqual(planSoak({ ...OPTIONS, seed: 2 }));
  });

  it("has only faults that exist, with an end, and quiet rounds at the end", () => {
    for (let seed = 1; seed <= 20; seed += 1)
      for (const { atMs, step } of planSoak({ ...OPTIONS, seed })) {
        expect(atMs).toBeLessThan(OPTIONS.durationMs - 6 * OPTIONS.intervalMs);
        if (step.do === "break") {
          expect(() => effectOf(step.fault)).not.toThrow();
          expect(step.forMs).toBeGreaterThan(0);
        }
      }
  });
});

describe("Timeline", () => {
  const effect = effectOf({ kind: "redis-unreachable", node: "node-1" });
  const timeline = new Timeline();
  const span = timeline.open(effect, 100);
  span.surelyFrom = 110;
  timeline.close(span, 200, 210);

  it("gives an effect as it is where it held during the whole round", () => {
    expect(timeline.effectsDuring(120, 190)).toEqual([effect]);
  });

  it("gives it as uncertain where it began or ended meanwhile", () => {
    expect(timeline.effectsDuring(90, 150)).toEqual([{ maybeSilent: ["node-1"] }]);
    expect(timeline.effectsDuring(150, 205)).toEqual([{ maybeSilent: ["node-1"] }]);
  });

  it("gives nothing before and after", () => {
    expect(timeline.effectsDuring(0, 99)).toEqual([]);
    expect(timeline.effectsDuring(211, 300)).toEqual([]);
  });
});

describe("checkReports", () => {
  const round = {
    id: 7,
    startedAt: "2026-11-23T10:00:00.000Z",
    finishedAt: "2026-11-23T10:00:04.000Z",
  } as RoundHead;
  const start = Date.parse(round.startedAt);
  const row = (latencyMs: number | null): Result => ({
    type: "pod",
    check: "echo",
    from: { pod: "ping-1", node: "node-1", ip: null },
    to: { name: "pong-1", node: "node-1", address: "10.0.0.1:8080" },
    ok: latencyMs === null ? null : true,
    reason: latencyMs === null ? "not_probed" : "ok",
    latencyMs,
    attempts: 1,
  });
  const heard = (latencyMs: number, publishedAt = start + 1_000) => ({
    listeningSince: start - 1_000,
    reports: [{ pod: "ping-1", type: "pod", latencyMs: [latencyMs], publishedAt }],
  });

  it("is content with the rows that were reported", () => {
    expect(checkReports({ round, results: [row(0.512)] }, heard(0.512))).toEqual({
      mixed: [],
      lost: [],
    });
  });

  it("finds rows that are not what was reported for this round", () => {
    expect(checkReports({ round, results: [row(0.512)] }, heard(0.498)).mixed).toHaveLength(1);
    const nothing = { listeningSince: start - 1_000, reports: [] };
    expect(checkReports({ round, results: [row(0.512)] }, nothing).mixed).toHaveLength(1);
  });

  it("finds a report that came in time and is not in the round, not one that came late", () => {
    const results = [row(null)];
    expect(checkReports({ round, results }, heard(0.512)).lost).toHaveLength(1);
    expect(checkReports({ round, results }, heard(0.512, start + 3_900)).lost).toHaveLength(0);
  });

  it("says nothing of a round that it did not wholly hear", () => {
    const deaf = { ...heard(0.498), listeningSince: start + 10 };
    expect(checkReports({ round, results: [row(0.512)] }, deaf)).toEqual({ mixed: [], lost: [] });
  });
});

describe("isClean", () => {
  const clean: SoakTally = {
    rounds: 10,
    missingRounds: 0,
    pairs: 100,
    falseFailures: 0,
    missedFailures: 0,
    otherFaults: 0,
    mixed: 0,
    reportsLost: 0,
    lateReports: 3,
    faults: 2,
    churn: 1,
    restarts: 0,
    memory: [{ of: "ping", firstBytes: 100, lastBytes: 109 }],
  };

  it.each([
    ["nothing wrong", {}, true],
    ["no rounds", { rounds: 0 }, false],
    ["a false failure", { falseFailures: 1 }, false],
    ["mixed rows", { mixed: 1 }, false],
    ["memory that grows", { memory: [{ of: "ping", firstBytes: 100, lastBytes: 111 }] }, false],
  ])("%s: %s", (_what, change, answer) => {
    expect(isClean({ ...clean, ...change })).toBe(answer);
  });
});
