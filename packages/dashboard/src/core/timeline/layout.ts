import type { TimelineEntry } from "@netchecker/contract";

/** One bar of the timeline: a round, or, where there are more rounds than room, several. */
export interface Bar {
  readonly rounds: readonly TimelineEntry[];
  /** The worst of what was measured. `unknown` and `warning` are of rounds without a verdict: older versions stored them. */
  readonly tone: "critical" | "warning" | "degraded" | "unknown" | "ok" | "none";
  /** How many rounds netchecker could not measure. */
  readonly unmeasured: number;
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

/** The round in a bar that tells most: the one that failed most, or the last that was not measured, or the last. */
export function tellingRound({ rounds }: Bar): TimelineEntry {
  const weight = (round: TimelineEntry) => (round.failed ?? 0) || (isUnmeasured(round) ? 0.5 : 0);
  return rounds.reduce((most, round) => (weight(round) >= weight(most) ? round : most));
}

/** Whether netchecker could not measure: by the round's verdict, or because it has no result at all. */
export function isUnmeasured({ verdict, state }: TimelineEntry): boolean {
  return verdict === "unmeasured" || state === "failed" || state === "abandoned";
}

function barOf(rounds: readonly TimelineEntry[]): Bar {
  const most = (of: (round: TimelineEntry) => number | null) =>
    Math.max(...rounds.map((round) => scaled(of(round), round.total)));
  const tones = new Set(rounds.map(toneOf));
  return {
    rounds,
    tone: TONES.find((tone) => tones.has(tone)) ?? "none",
    unmeasured: rounds.filter(isUnmeasured).length,
    height: most(({ failed }) => failed),
    unknown: most(({ unknown }) => unknown),
  };
}

/** The worst first. */
const TONES = ["critical", "warning", "degraded", "unknown", "ok"] as const;
const TONE_OF = {
  failing: "critical",
  degraded: "degraded",
  ok: "ok",
  unmeasured: "none",
} as const;

function toneOf(round: TimelineEntry): Bar["tone"] {
  if (round.verdict) return TONE_OF[round.verdict];
  const { critical, warning, total, failed, unknown, expected, reported } = round;
  if (critical) return "critical";
  if (warning) return "warning";
  if (total === null) return "none";
  if (failed) return "degraded";
  return unknown || reported < expected ? "unknown" : "ok";
}

/** A share, so that one of a million is still a tenth of the height. */
function scaled(part: number | null, total: number | null): number {
  if (!part || !total) return 0;
  return Math.max(0.12, Math.min(1, 1 + Math.log10(part / total) / 4));
}
