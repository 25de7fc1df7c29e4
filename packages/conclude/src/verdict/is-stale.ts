import type { RoundHead } from "@netchecker/contract";

/** A round that closed more intervals ago than this says nothing about now. */
export const STALE_AFTER_INTERVALS = 3;

/** Whether a closed round is too old to say anything about the time `at`, in milliseconds since 1970. */
export function isStale({ finishedAt }: RoundHead, at: number, intervalMs: number): boolean {
  if (finishedAt === null) return true;
  const age = at - Date.parse(finishedAt);
  // A close in the future means that somebody has set the clock since then.
  return age > STALE_AFTER_INTERVALS * intervalMs || age < -intervalMs;
}
