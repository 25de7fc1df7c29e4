/** What links and tunnels usually carry: most losses are told exactly in one step. The largest go first. */
const USUAL_SIZES = [
  4_000, 1_500, 1_492, 1_480, 1_476, 1_460, 1_450, 1_440, 1_430, 1_420, 1_400, 1_380, 1_350, 1_300,
  1_280, 1_000, 576,
];
/** What was lost was in packets of this size, or of the largest that the link carries. */
const TOO_LARGE = 8_192;
const AT_ONCE = 16;
/** Each takes as long as silence does, whatever passes. */
const MOST_STEPS = 3;

/**
 * The largest size that passes, bytes; null where none does, or none is lost any more. Sizes are tried side by side,
 * then those between the largest that passed and the next one that did not. Where `passes` rejects, or a size is lost
 * and a larger one is not, which is chance or a slow answerer, the steps before are the answer.
 */
export async function findLargest(
  passes: (bytes: number) => Promise<boolean>,
): Promise<number | null> {
  let [low, high] = [0, TOO_LARGE];
  let sizes: readonly number[] = USUAL_SIZES;
  for (let step = 0; step < MOST_STEPS && sizes.length > 0; step += 1) {
    const passed = await Promise.all(sizes.map(passes)).catch(() => null);
    if (!passed) break;
    const largest = Math.max(low, ...sizes.filter((_, index) => passed[index]));
    const lost = Math.min(high, ...sizes.filter((_, index) => !passed[index]));
    if (lost < largest) break;
    [low, high] = [largest, lost];
    sizes = low === 0 ? [] : between(low, high);
  }
  return low === 0 || high === TOO_LARGE ? null : low;
}

/** Sizes that divide what lies between two evenly, the largest first. */
function between(low: number, high: number): number[] {
  const count = Math.min(AT_ONCE, high - low - 1);
  const step = (high - low) / (count + 1);
  return Array.from({ length: count }, (_, index) => Math.round(high - (index + 1) * step));
}
