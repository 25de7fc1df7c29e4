const MOST_MARKS = 12;

/** What a round said of a finding: it was there (1), there so weakly that it may be chance (w), not there (0). */
export type Mark = "1" | "w" | "0";

/** The last rounds' marks, newest last, with one more. */
export function mark(marks: string, next: Mark): string {
  return `${marks}${next}`.slice(-MOST_MARKS);
}

/** In how many of the last rounds it was there. */
export function present(marks: string, rounds: number): number {
  return count(marks, rounds, /[1w]/g);
}

/** In how many of them it was there beyond doubt. */
export function certain(marks: string, rounds: number): number {
  return count(marks, rounds, /1/g);
}

function count(marks: string, rounds: number, which: RegExp): number {
  return marks.slice(-rounds).match(which)?.length ?? 0;
}

/** For how many rounds it has not been there. */
export function away(marks: string): number {
  return marks.length - marks.replace(/0+$/, "").length;
}

const HARDLY_EVER = 1e-6;
const MOST_NEEDED = 5;

/**
 * In how many of five rounds a failure of a single probe must be there to be no chance, where chance
 * has so many places to strike: until it would do so in a round of a million.
 */
export function marksNeeded(noise: { failed: number; of: number }, places: number): number {
  const share = (noise.failed + 0.5) / (noise.of + 1);
  let needed = 2;
  while (needed < MOST_NEEDED && places * 10 * share ** needed > HARDLY_EVER) needed += 1;
  return needed;
}
