import type { LoadBed } from "./bed/load-bed.ts";
import type { ServicePod } from "./bed/service-pod.ts";

/** What one thing that was tried came to. */
export interface LoadRow {
  readonly tried: string;
  /** Ends of processes that nobody asked for. */
  readonly died: readonly string[];
  /** Rounds that were not kept, readers that were never served, and the like. */
  readonly lost: readonly string[];
  /** The most that each service held, with its limit. */
  readonly peak: string;
  /** More that was seen, in a line. */
  readonly seen: string;
  /** What was asked beside no deaths and nothing lost, and is not so. */
  readonly faults: readonly string[];
}

/** A row that was not tried, and why, in a sentence. */
export interface SkippedRow {
  readonly tried: string;
  readonly skipped: string;
}

export const isMet = (row: LoadRow): boolean =>
  row.died.length + row.lost.length + row.faults.length === 0;

export const deathsOf = (...pods: readonly ServicePod[]): string[] =>
  pods.flatMap(({ deaths }) => [...deaths]);

export const peakOf = (...pods: readonly ServicePod[]): string =>
  pods
    .map(({ options, peakMiB, peakSocketsMiB, limitMiB }) => {
      const sockets = peakSocketsMiB < 1 ? "" : ` (${Math.round(peakSocketsMiB)} in sockets)`;
      return `${options.name} ${Math.ceil(peakMiB)}${sockets} of ${limitMiB} MiB`;
    })
    .join(", ");

/** How long health may take, and the event loop be away. */
const HEALTH_WITHIN_MS = 1_000;
const AWAY_AT_MOST_MS = 500;

/** How a bed's services fared since a moment: deaths, rounds, memory, health and event loop. */
export function bedRow(
  tried: string,
  bed: LoadBed,
  { since, until, complete = true }: { since: number; until: number; complete?: boolean },
): LoadRow {
  const { due, lost } = bed.rounds.summary(since, until, complete);
  const { latestMs, late, refused } = bed.health.summary;
  const awayMs = bed.netchecker.longestAwayMs(since);
  const faults: string[] = [];
  if (late > 0) faults.push(`${late} health answers took more than ${HEALTH_WITHIN_MS} ms`);
  if (refused > 0) faults.push(`${refused} health requests were not answered`);
  if (awayMs > AWAY_AT_MOST_MS) faults.push(`the event loop was away for ${Math.round(awayMs)} ms`);
  return {
    tried,
    died: deathsOf(bed.netchecker.pod, bed.redis.pod),
    lost,
    peak: peakOf(bed.netchecker.pod, bed.redis.pod),
    seen: `${due} rounds due; latest health answer ${Math.round(latestMs)} ms; event loop away for ${Math.round(awayMs)} ms at the most`,
    faults,
  };
}
