/**
 * The sizes that links and tunnels commonly carry. Most losses are found exactly in one step. The
 * largest come first.
 */
const COMMON_MTUS = [
  4_000, 1_500, 1_492, 1_480, 1_476, 1_460, 1_450, 1_440, 1_430, 1_420, 1_400, 1_380, 1_350, 1_300,
  1_280, 1_000, 576,
];
/** The lost packets had this size, or the largest size that the link carries. */
const LOST_BYTES = 8_192;
const SIZES_PER_STEP = 16;
/** Every step takes as long as a lost packet's timeout. */
const MAX_STEPS = 3;

/**
 * Finds the largest size that passes, in bytes. Null if no size passes, or if no size is lost any
 * more. A step tries several sizes at the same time. The next step tries sizes between the largest
 * that passed and the next one that was lost. A step does not count if `passes` rejects, or if a
 * size is lost and a larger one passes: that is chance or a slow pong. The steps before it then
 * give the answer.
 */
export async function findLargest(
  passes: (bytes: number) => Promise<boolean>,
): Promise<number | null> {
  let [low, high] = [0, LOST_BYTES];
  let sizes: readonly number[] = COMMON_MTUS;
  for (let step = 0; step < MAX_STEPS && sizes.length > 0; step += 1) {
    const passed = await Promise.all(sizes.map(passes)).catch(() => null);
    if (!passed) break;
    const largest = Math.max(low, ...sizes.filter((_, index) => passed[index]));
    const lost = Math.min(high, ...sizes.filter((_, index) => !passed[index]));
    if (lost < largest) break;
    [low, high] = [largest, lost];
    sizes = low === 0 ? [] : between(low, high);
  }
  return low === 0 || high === LOST_BYTES ? null : low;
}

/** Sizes that divide the range between `low` and `high` evenly, the largest first. */
function between(low: number, high: number): number[] {
  const count = Math.min(SIZES_PER_STEP, high - low - 1);
  const step = (high - low) / (count + 1);
  return Array.from({ length: count }, (_, index) => Math.round(high - (index + 1) * step));
}
