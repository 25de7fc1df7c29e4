import type { RoundHead } from "@netchecker/contract";

/** So many intervals after its close, a round says nothing of now. */
export const STALE_AFTER_INTERVALS = 3;

/** Whether a closed round says nothing of the time `at`, milliseconds since 1970. */
export function isStale({ finishedAt }: RoundHead, at: number, intervalMs: number): boolean {
  if (finishedAt === null) return true;
  const age = at - Date.parse(finishedAt);
  // One from the future was closed by a clock that somebody has set since.
  return age > STALE_AFTER_INTERVALS * intervalMs || age < -intervalMs;
}
