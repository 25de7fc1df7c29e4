const MAX_MARKS = 12;

/** Whether a round showed a finding: clearly (1), so weakly that it may be chance (w), or not (0). */
export type Mark = "1" | "w" | "0";

/** Adds the newest round's mark at the end, and drops the oldest beyond the bound. */
export function addMark(marks: string, next: Mark): string {
  return `${marks}${next}`.slice(-MAX_MARKS);
}

/** In how many of the last rounds the finding was there. */
export function countPresent(marks: string, rounds: number): number {
  return count(marks, rounds, /[1w]/g);
}

/** In how many of the last rounds the finding was clearly there. */
export function countCertain(marks: string, rounds: number): number {
  return count(marks, rounds, /1/g);
}

function count(marks: string, rounds: number, which: RegExp): number {
  return marks.slice(-rounds).match(which)?.length ?? 0;
}

/** For how many rounds in a row, up to the newest, the finding has not been there. */
export function roundsAbsent(marks: string): number {
  return marks.length - marks.replace(/0+$/, "").length;
}

/** Chance may make such a false alarm this often per round. */
const MAX_FALSE_ALARMS = 1e-6;
const MAX_ROUNDS_NEEDED = 5;

/**
 * In how many of five rounds a single probe must fail so that it is not chance. `noise` says how often a probe
 * fails by chance, `places` how many probes could fail like this one.
 */
export function roundsNeeded(noise: { failed: number; of: number }, places: number): number {
  const share = (noise.failed + 0.5) / (noise.of + 1);
  let needed = 2;
  while (needed < MAX_ROUNDS_NEEDED && places * 10 * share ** needed > MAX_FALSE_ALARMS)
    needed += 1;
  return needed;
}
