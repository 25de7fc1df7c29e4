import type { TimelineEntry } from "@netchecker/contract";
import { expect, it } from "vitest";
import { extendTimeline } from "./extend-timeline.ts";
import { barWidth, layOut, tellingRound } from "./layout.ts";
import { tellRound } from "./tell-round.ts";

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

it("every kept round is in a bar, however many there are, and the newest is in the last", () => {
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

it("one failure of a million shows, in a bar of many rounds too, and a click goes to it", () => {
  const rounds = many(1_440).with(700, anEntry(701, { failed: 1 }));
  const bar = layOut(rounds, 300).find(({ height }) => height > 0)!;
  expect(bar.height).toBeGreaterThan(0.1);
  expect(bar.tone).toBe("failing");
  expect(tellingRound(bar).id).toBe(701);
});

it("a bar has the tone of its worst round; not measured is not well", () => {
  const toneOf = (...rounds: TimelineEntry[]) => layOut(rounds, 4)[0]!.tone;
  expect(toneOf(anEntry(1), anEntry(2, { warning: 1 }), anEntry(3, { critical: 1 }))).toBe(
    "critical",
  );
  expect(toneOf(anEntry(1), anEntry(2, { unknown: 3 }))).toBe("unmeasured");
  expect(toneOf(anEntry(1, { reported: 4 }))).toBe("unmeasured");
  expect(toneOf(anEntry(1, { state: "failed", total: null, failed: null, unknown: null }))).toBe(
    "none",
  );
  expect(toneOf(anEntry(1))).toBe("well");
});

it("grows by a round that just closed, and says when rounds between are not known", () => {
  expect(extendTimeline(many(3), anEntry(4))!.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
  expect(extendTimeline(many(3), anEntry(3, { failed: 1 }))![2]!.failed).toBe(1);
  expect(extendTimeline(many(3), anEntry(5))).toBeNull();
  expect(extendTimeline([], anEntry(1))).toBeNull();
});

it("a round is told in one line: what is wrong, what is not known, or that all is well", () => {
  const now = Date.parse("2026-11-22T23:01:00.000Z");
  const tell = (with_: Partial<TimelineEntry>) => tellRound(anEntry(7, with_), now).split(": ")[1];
  expect(tell({})).toBe("all well");
  expect(tell({ critical: 1, failed: 1_200, unknown: 4, reported: 4 })).toBe(
    "1 finding, 1,200 failed, 4 not measured, 1 agent missing",
  );
  expect(tell({ state: "failed", failed: null })).toBe("could not be run");
  expect(tell({ state: "abandoned", failed: null })).toBe("abandoned");
});
