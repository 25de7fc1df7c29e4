import type { RoundHead } from "@netchecker/contract";

/** So many intervals after its close, a round says nothing of now. */
export const STALE_AFTER_INTERVALS = 3;

/** Whether a closed round says nothing of the time `at`, milliseconds since 1970. */
export function isStale({ finishedAt }: RoundHead, at: number, intervalMs: number): boolean {
  return finishedAt === null || at - Date.parse(finishedAt) > STALE_AFTER_INTERVALS * intervalMs;
}
