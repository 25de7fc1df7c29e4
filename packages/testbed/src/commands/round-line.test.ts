import type { Counts, RoundHead } from "@netchecker/contract";
import { expect, test } from "vitest";
import type { RoundView } from "../services/watch-rounds.ts";
import { isFine, roundLines } from "./round-line.ts";

const counts = (ok: number, failed = 0, unknown = 0, planned = 0): Counts => ({
  total: ok + failed + unknown,
  ok,
  failed,
  unknown,
  planned,
});

const view = (head: Partial<RoundHead> = {}, pod = counts(25)): RoundView => ({
  round: {
    id: 7,
    state: "closed",
    startedAt: "2026-11-23T08:09:10.123Z",
    finishedAt: "2026-11-23T08:09:11.166Z",
    durationMs: 1_043,
    closedBy: "reports",
    expected: 5,
    reported: 5,
    missing: [],
    coverage: { nodes: 5, ready: 5 },
    dropped: { late: 0, repeated: 0, unknownAgent: 0, invalid: 0 },
    clusterViewStaleSince: null,
    stored: true,
    kept: "all",
    failure: null,
    verdict: null,
    ...head,
  },
  findings: [],
  summary: { pod, node: counts(50), service: counts(15), external: counts(5) },
});

const silent = {
  pod: "ping-x",
  node: "node-4",
  why: "silent",
  detail: null,
  planned: null,
} as const;
const cordoned = { ...silent, planned: "node_cordoned" } as const;

test("the columns of a round stand below their headings", () => {
  const { heading, line } = roundLines(5);
  const verdict = { verdict: "ok", sentence: "", since: "", reason: null } as const;
  expect(`${heading}\n${line(view({ verdict }))}`).toBe(
    [
      "round      time     verdict      took  closed by       pod      node   service  external  failed  unknown  missing",
      "    7  08:09:10          ok   1.043 s    reports     25/25     50/50     15/15       5/5       0        0  -",
    ].join("\n"),
  );
});

test("a line names each missing agent, why, and the plan that explains it", () => {
  const { line } = roundLines(5);
  const missing = [silent, { ...cordoned, node: "node-2" }];
  const round: Partial<RoundHead> = { closedBy: "timer", missing };
  expect(line(view(round, counts(20, 0, 5)))).toMatch(
    /timer +20\/25 .* 0 +5 {2}node-4 silent, node-2 silent \(planned: node_cordoned\)$/,
  );
});

test("a round that failed says why", () => {
  const round = {
    state: "failed",
    closedBy: null,
    durationMs: null,
    failure: "Redis is away",
  } as const;
  expect(roundLines(5).line(view(round))).toMatch(/ - +failed .*Redis is away$/);
});

test.each(["ok", "degraded", "failing", "unmeasured"] as const)(
  "a round whose verdict is %s is fine only where that is ok",
  (word) => {
    const verdict = { verdict: word, sentence: "", since: "", reason: null };
    expect(isFine(view({ verdict }))).toBe(word === "ok");
  },
);

test("a round without a verdict is not fine", () => {
  expect(isFine(view())).toBe(false);
});
