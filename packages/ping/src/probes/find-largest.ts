/** Just below and at what links and tunnels usually carry: most losses are told exactly in one step. */
const USUAL_SIZES = [
  576, 1_000, 1_280, 1_300, 1_350, 1_380, 1_400, 1_420, 1_430, 1_440, 1_450, 1_460, 1_476, 1_480,
  1_492, 1_500, 4_000,
];
/** What was lost was in packets of this size, or of the largest that the link carries. */
const TOO_LARGE = 8_192;
const AT_ONCE = 16;
/** Each takes as long as silence does, whatever passes. */
const MOST_STEPS = 3;

/**
 * The largest size that passes, bytes; null where none does, or none is lost any more. Sizes are tried side by side, then those between
 * the largest that passed and the next one that did not.
 */
export async function findLargest(
  passes: (bytes: number) => Promise<boolean>,
): Promise<number | null> {
  let [low, high] = [0, TOO_LARGE];
  let sizes: readonly number[] = USUAL_SIZES;
  for (let step = 0; step < MOST_STEPS && sizes.length > 0; step += 1) {
    const passed = await Promise.all(sizes.map(passes));
    low = Math.max(low, ...sizes.filter((_, index) => passed[index]));
    if (low === 0) return null;
    high = Math.min(high, ...sizes.filter((size, index) => !passed[index] && size > low));
    sizes = between(low, high);
  }
  return high === TOO_LARGE ? null : low;
}

/** Sizes that divide what lies between two evenly. */
function between(low: number, high: number): number[] {
  const count = Math.min(AT_ONCE, high - low - 1);
  const step = (high - low) / (count + 1);
  return Array.from({ length: count }, (_, index) => Math.round(low + (index + 1) * step));
}
