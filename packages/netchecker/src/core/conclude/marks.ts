const MOST_MARKS = 12;

/** The last rounds, newest last, with one more. */
export function mark(marks: string, seen: boolean): string {
  return `${marks}${seen ? "1" : "0"}`.slice(-MOST_MARKS);
}

/** In how many of the last rounds it was there. */
export function present(marks: string, rounds: number): number {
  return marks.slice(-rounds).split("1").length - 1;
}

/** For how many rounds it has not been there. */
export function away(marks: string): number {
  return marks.length - 1 - marks.lastIndexOf("1");
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
