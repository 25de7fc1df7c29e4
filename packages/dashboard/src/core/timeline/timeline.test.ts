import type { TimelineEntry } from "@netchecker/contract";
import { expect, it } from "vitest";
import { extendTimeline } from "./extend-timeline.ts";
import { barWidth, layOut, tellingRound } from "./layout.ts";
import { tellBar, tellRound } from "./tell-round.ts";

function anEntry(id: number, with_: Partial<TimelineEntry> = {}): TimelineEntry {
  return {
    id,
    state: "closed",
    startedAt: "2026-11-22T23:00:00.000Z",
    durationMs: 1_000,
    closedBy: "reports",
    kept: "all",
    expected: 5,
    reported: 5,
    total: 1_000_000,
    failed: 0,
    unknown: 0,
    critical: 0,
    warning: 0,
    info: 0,
    verdict: null,
    ...with_,
  };
}

const many = (count: number) => Array.from({ length: count }, (_, index) => anEntry(index + 1));

it("every kept round is in a bar, however many there are, and the newest is in the last bar", () => {
  for (const [count, width] of [
    [3, 300],
    [100, 300],
    [1_440, 301],
    [1_440, 1_300],
  ] as const) {
    const bars = layOut(many(count), width);
    expect(bars.flatMap(({ rounds }) => rounds).map(({ id }) => id)).toEqual(
      many(count).map(({ id }) => id),
    );
    expect(bars.length * barWidth(count, width)).toBeLessThanOrEqual(
      Math.max(width, bars.length * 4),
    );
  }
});

it("one failure of a million is visible even in a bar of many rounds, and a click goes to its round", () => {
  const rounds = many(1_440).with(700, anEntry(701, { failed: 1 }));
  const bar = layOut(rounds, 300).find(({ height }) => height > 0)!;
  expect(bar.height).toBeGreaterThan(0.1);
  expect(bar.tone).toBe("degraded");
  expect(tellingRound(bar).id).toBe(701);
});

const barOf = (...rounds: TimelineEntry[]) => layOut(rounds, 4)[0]!;
const NO_RESULT = { total: null, failed: null, unknown: null };

it("a bar has the tone of its worst verdict", () => {
  const toneOf = (...verdicts: TimelineEntry["verdict"][]) =>
    barOf(...verdicts.map((verdict, at) => anEntry(at, { verdict }))).tone;
  expect(toneOf("ok", "failing", "degraded")).toBe("critical");
  expect(toneOf("ok", "degraded")).toBe("degraded");
  expect(toneOf("ok", "ok")).toBe("ok");
  // The verdict decides, not the counts: a few scattered failures are ok.
  expect(barOf(anEntry(1, { verdict: "ok", failed: 3, unknown: 2 })).tone).toBe("ok");
});

it("rounds that were not measured are visible beside others and never look ok", () => {
  const failing = anEntry(1, { verdict: "failing", failed: 9 });
  const unmeasured = anEntry(2, { verdict: "unmeasured", unknown: 1_000_000, reported: 0 });
  const failed = anEntry(3, { state: "failed", ...NO_RESULT });
  const abandoned = anEntry(4, { state: "abandoned", ...NO_RESULT });
  const all = barOf(failing, unmeasured, failed, abandoned);
  expect([all.tone, all.unmeasured]).toEqual(["critical", 3]);
  expect(barOf(unmeasured).tone).toBe("none");
  expect(tellingRound(all).id).toBe(1);
  expect(tellingRound(barOf(unmeasured, anEntry(5))).id).toBe(2);
});

it("a round of an older version has the tone of its findings and counts, and not measured is not ok", () => {
  expect(barOf(anEntry(1), anEntry(2, { warning: 1 }), anEntry(3, { critical: 1 })).tone).toBe(
    "critical",
  );
  expect(barOf(anEntry(1), anEntry(2, { warning: 1 })).tone).toBe("warning");
  expect(barOf(anEntry(1), anEntry(2, { unknown: 3 })).tone).toBe("unknown");
  expect(barOf(anEntry(1, { reported: 4 })).tone).toBe("unknown");
  expect(barOf(anEntry(1)).tone).toBe("ok");
});

it("the timeline grows by a round that just closed, and is null if rounds in between are missing", () => {
  expect(extendTimeline(many(3), anEntry(4))!.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
  expect(extendTimeline(many(3), anEntry(3, { failed: 1 }))![2]!.failed).toBe(1);
  expect(extendTimeline(many(3), anEntry(5))).toBeNull();
  expect(extendTimeline([], anEntry(1))).toBeNull();
});

it("one line describes a round: its verdict, its faults, its unknown parts", () => {
  const now = Date.parse("2026-11-22T23:01:00.000Z");
  const tell = (with_: Partial<TimelineEntry>) =>
    tellRound(anEntry(7, with_), now).split(/: (.*)/)[1];
  expect(tell({ verdict: "ok" })).toBe("ok");
  expect(tell({ verdict: "failing", critical: 1, failed: 1_200, unknown: 4, reported: 4 })).toBe(
    "failing, 1 alarm, 1,200 failed, 4 not measured, 1 agent missing",
  );
  expect(tell({ state: "failed", failed: null })).toBe("unmeasured, it could not be published");
  expect(tell({ state: "abandoned", failed: null })).toBe(
    "unmeasured, netchecker ended while it was open",
  );
});

it("the line of a round without a verdict names no verdict", () => {
  const now = Date.parse("2026-11-22T23:01:00.000Z");
  expect(tellRound(anEntry(7), now)).toMatch(/: nothing failed$/);
  expect(tellRound(anEntry(7, { failed: 2 }), now)).toMatch(/: 2 failed$/);
});

it("the line of a bar of several rounds also says how many were not measured", () => {
  const now = Date.parse("2026-11-22T23:01:00.000Z");
  const bar = barOf(
    anEntry(1, { verdict: "failing", failed: 9 }),
    anEntry(2, { verdict: "unmeasured" }),
  );
  expect(tellBar(bar, now)).toMatch(
    /Round 1, .*: failing, 9 failed; 1 round beside it unmeasured$/,
  );
  expect(tellBar(barOf(anEntry(2, { verdict: "unmeasured" })), now)).toMatch(/: unmeasured$/);
});
