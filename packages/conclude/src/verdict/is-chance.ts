import { chanceOfAtLeast } from "../evidence/binomial.ts";
import type { FailureTrace } from "./failure-trace.ts";

/** If this share of all checks fails, or more, the failures are not chance. */
const MAX_CHANCE_SHARE = 1 / 20_000;
/**
 * Chance would put several failures into the same row or column this often in three rounds. If the expected
 * number is smaller, several failures in one row or column are not chance.
 */
const MIN_EXPECTED_BY_CHANCE = 0.1;

/** How many checks a round has, and into how many rows (agents) and columns (targets' nodes and names) they fall. */
export interface MeshSize {
  readonly checks: number;
  readonly rows: number;
  readonly columns: number;
}

/**
 * Whether chance explains a round's failures: they are few, and over the last three rounds they are spread as
 * chance spreads them. A check or a pair that fails twice is not chance. A row or a column that fails twice is
 * not chance either, unless the mesh is so large that chance itself is expected to do that.
 */
export function isChance(
  now: FailureTrace,
  before: readonly FailureTrace[],
  { checks, rows, columns }: MeshSize,
): boolean {
  if (now.cells.length === 0 && !now.many) return true;
  const traces = [...before.slice(-2), now];
  if (traces.some(({ many }) => many)) return false;
  if (now.cells.length >= checks * MAX_CHANCE_SHARE) return false;
  const cells = traces.flatMap((trace) => trace.cells);
  const pairs = cells.map((cell) => cell.slice(0, cell.lastIndexOf("|")));
  if (maxOccurrences(pairs) > 1) return false;
  const isSpread = (keys: readonly string[], places: number) => {
    const max = maxOccurrences(keys);
    return (
      max < 2 || places * chanceOfAtLeast(max, keys.length, 1 / places) >= MIN_EXPECTED_BY_CHANCE
    );
  };
  return (
    isSpread(
      pairs.map((pair) => pair.slice(0, pair.indexOf("|"))),
      rows,
    ) &&
    isSpread(
      pairs.map((pair) => pair.slice(pair.indexOf("|") + 1)),
      columns,
    )
  );
}

function maxOccurrences(keys: readonly string[]): number {
  const counts = new Map<string, number>();
  let max = 0;
  for (const key of keys) {
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count > max) max = count;
  }
  return max;
}
