import { MAX_HEALTH_ANSWER_MS } from "./bed/health-record.ts";
import type { LoadBed } from "./bed/load-bed.ts";
import type { ServicePod } from "./bed/service-pod.ts";

/** The result of one attempt to overload netChecker. */
export interface LoadRow {
  readonly tried: string;
  /** The processes that ended although nobody asked them to. */
  readonly died: readonly string[];
  /** What was lost, for example a round that was not kept or a reader that was never served. */
  readonly lost: readonly string[];
  /** The peak memory of each service, with its limit. */
  readonly peak: string;
  /** Other observations, in one line. */
  readonly seen: string;
  /** The other requirements that were not met, for example a health answer that took too long. */
  readonly faults: readonly string[];
}

/** A row that was not tried. */
export interface SkippedRow {
  readonly tried: string;
  /** The reason, as a sentence. */
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

/** The longest time for which the event loop may be busy. */
const MAX_LOOP_AWAY_MS = 500;

/** The result of a bed's services since a moment: deaths, rounds, memory, health answers and event loop. */
export function bedRow(
  tried: string,
  bed: LoadBed,
  { since, until, complete = true }: { since: number; until: number; complete?: boolean },
): LoadRow {
  const { due, lost } = bed.rounds.summary(since, until, complete);
  const { latestMs, late, refused } = bed.health.summary;
  const awayMs = bed.netchecker.longestAwayMs(since);
  const faults: string[] = [];
  if (late > 0) faults.push(`${late} health answers took more than ${MAX_HEALTH_ANSWER_MS} ms`);
  if (refused > 0) faults.push(`${refused} health requests were not answered`);
  if (awayMs > MAX_LOOP_AWAY_MS)
    faults.push(`the event loop was busy for ${Math.round(awayMs)} ms`);
  return {
    tried,
    died: deathsOf(bed.netchecker.pod, bed.redis.pod),
    lost,
    peak: peakOf(bed.netchecker.pod, bed.redis.pod),
    seen: `${due} rounds due; slowest health answer ${Math.round(latestMs)} ms; event loop busy for ${Math.round(awayMs)} ms at most`,
    faults,
  };
}
