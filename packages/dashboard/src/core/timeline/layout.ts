import type { TimelineEntry } from "@netchecker/contract";

/** One bar of the timeline: a round, or, where there are more rounds than room, several. */
export interface Bar {
  readonly rounds: readonly TimelineEntry[];
  readonly tone: "critical" | "warning" | "failing" | "unmeasured" | "well" | "none";
  /** 0 to 1: how much failed, on a scale that shows a single one of millions. */
  readonly height: number;
  /** What was not measured, on the same scale. */
  readonly unknown: number;
}

/** So wide is a bar, its gap included. */
const NARROWEST_PX = 4;
const WIDEST_PX = 14;

/** How wide bars are for so many rounds: as wide as there is room for. */
export function barWidth(rounds: number, width: number): number {
  return Math.max(NARROWEST_PX, Math.min(WIDEST_PX, Math.floor(width / Math.max(1, rounds))));
}

/** Rounds → bars for a strip of so many pixels, the newest at its end. */
export function layOut(rounds: readonly TimelineEntry[], width: number): Bar[] {
  const most = Math.max(1, Math.floor(width / NARROWEST_PX));
  const perBar = Math.ceil(rounds.length / most);
  const bars: Bar[] = [];
  for (let end = rounds.length; end > 0; end -= perBar)
    bars.unshift(barOf(rounds.slice(Math.max(0, end - perBar), end)));
  return bars;
}

/** The round in a bar that tells most: the one that failed most, or else the last. */
export function tellingRound({ rounds }: Bar): TimelineEntry {
  return rounds.reduce((most, round) => ((round.failed ?? 0) >= (most.failed ?? 0) ? round : most));
}

function barOf(rounds: readonly TimelineEntry[]): Bar {
  const most = (of: (round: TimelineEntry) => number | null) =>
    Math.max(...rounds.map((round) => scaled(of(round), round.total)));
  return {
    rounds,
    tone: toneOf(rounds),
    height: most(({ failed }) => failed),
    unknown: most(({ unknown }) => unknown),
  };
}

function toneOf(rounds: readonly TimelineEntry[]): Bar["tone"] {
  const any = (of: (round: TimelineEntry) => number | null) =>
    rounds.some((round) => (of(round) ?? 0) > 0);
  if (any(({ critical }) => critical)) return "critical";
  if (any(({ warning }) => warning)) return "warning";
  if (rounds.every(({ total }) => total === null)) return "none";
  if (any(({ failed }) => failed)) return "failing";
  return any(({ unknown }) => unknown) || any(({ expected, reported }) => expected - reported)
    ? "unmeasured"
    : "well";
}

/** A share, so that one of a million is still a tenth of the height. */
function scaled(part: number | null, total: number | null): number {
  if (!part || !total) return 0;
  return Math.max(0.12, Math.min(1, 1 + Math.log10(part / total) / 4));
}
