import type { TimelineEntry } from "@netchecker/contract";

/** One bar of the timeline: one round, or several if there are more rounds than room. */
export interface Bar {
  readonly rounds: readonly TimelineEntry[];
  /**
   * The worst result of the bar. `unknown` and `warning` are for rounds without a verdict, which
   * older versions stored.
   */
  readonly tone: "critical" | "warning" | "degraded" | "unknown" | "ok" | "none";
  /** The number of rounds that netchecker could not measure. */
  readonly unmeasured: number;
  /** The share that failed, from 0 to 1, on a scale that shows even one of millions. */
  readonly height: number;
  /** The share that was not measured, on the same scale. */
  readonly unknown: number;
}

/** The width of the narrowest bar, with its gap. */
const MIN_BAR_PX = 4;
const WIDEST_PX = 14;

/** The width of the bars for this number of rounds: as wide as there is room. */
export function barWidth(rounds: number, width: number): number {
  return Math.max(MIN_BAR_PX, Math.min(WIDEST_PX, Math.floor(width / Math.max(1, rounds))));
}

/** Rounds → bars for a strip of this width. The newest round is at its end. */
export function layOut(rounds: readonly TimelineEntry[], width: number): Bar[] {
  const maxBars = Math.max(1, Math.floor(width / MIN_BAR_PX));
  const perBar = Math.ceil(rounds.length / maxBars);
  const bars: Bar[] = [];
  for (let end = rounds.length; end > 0; end -= perBar)
    bars.unshift(barOf(rounds.slice(Math.max(0, end - perBar), end)));
  return bars;
}

/**
 * The most informative round of a bar: the one that failed most, or the last one that was not
 * measured, or the last one.
 */
export function tellingRound({ rounds }: Bar): TimelineEntry {
  const weight = (round: TimelineEntry) => (round.failed ?? 0) || (isUnmeasured(round) ? 0.5 : 0);
  return rounds.reduce((telling, round) => (weight(round) >= weight(telling) ? round : telling));
}

/**
 * Whether netchecker could not measure: the round's verdict says so, or the round has no result at
 * all.
 */
export function isUnmeasured({ verdict, state }: TimelineEntry): boolean {
  return verdict === "unmeasured" || state === "failed" || state === "abandoned";
}

function barOf(rounds: readonly TimelineEntry[]): Bar {
  const largest = (of: (round: TimelineEntry) => number | null) =>
    Math.max(...rounds.map((round) => scaled(of(round), round.total)));
  const tones = new Set(rounds.map(toneOf));
  return {
    rounds,
    tone: TONES.find((tone) => tones.has(tone)) ?? "none",
    unmeasured: rounds.filter(isUnmeasured).length,
    height: largest(({ failed }) => failed),
    unknown: largest(({ unknown }) => unknown),
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

/** Scales a share so that one of a million is still a tenth of the height. */
function scaled(part: number | null, total: number | null): number {
  if (!part || !total) return 0;
  return Math.max(0.12, Math.min(1, 1 + Math.log10(part / total) / 4));
}
