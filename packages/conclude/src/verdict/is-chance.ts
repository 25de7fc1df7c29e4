import { chanceOfAtLeast } from "../evidence/binomial.ts";
import type { FailureTrace } from "./failure-trace.ts";

/** Above this share of all checks, failures are no chance. */
const CHANCE_SHARE = 1 / 20_000;
/** Two failures of a row or a column are no chance where chance makes such a pair this seldom in three rounds. */
const MIN_PLACES_BY_CHANCE = 0.1;

/** How many rows (agents) and columns (targets' nodes and names) the failures could have fallen into. */
export interface MeshSize {
  readonly checks: number;
  readonly rows: number;
  readonly columns: number;
}

/**
 * Whether a round's failures are what chance makes: few, and spread over the last three rounds as chance
 * spreads them. A check or a pair that fails twice is no chance. Nor is a row or a column, but for a mesh so
 * large that chance itself meets one twice: then as many are, as chance hardly ever makes.
 */
export function isChance(
  now: FailureTrace,
  before: readonly FailureTrace[],
  { checks, rows, columns }: MeshSize,
): boolean {
  if (now.cells.length === 0 && !now.many) return true;
  const traces = [...before.slice(-2), now];
  if (traces.some(({ many }) => many)) return false;
  if (now.cells.length >= checks * CHANCE_SHARE) return false;
  const cells = traces.flatMap((trace) => trace.cells);
  const pairs = cells.map((cell) => cell.slice(0, cell.lastIndexOf("|")));
  if (mostOften(pairs) > 1) return false;
  const spread = (keys: readonly string[], places: number) => {
    const most = mostOften(keys);
    return (
      most < 2 || places * chanceOfAtLeast(most, keys.length, 1 / places) >= MIN_PLACES_BY_CHANCE
    );
  };
  return (
    spread(
      pairs.map((pair) => pair.slice(0, pair.indexOf("|"))),
      rows,
    ) &&
    spread(
      pairs.map((pair) => pair.slice(pair.indexOf("|") + 1)),
      columns,
    )
  );
}

function mostOften(keys: readonly string[]): number {
  const counts = new Map<string, number>();
  let most = 0;
  for (const key of keys) {
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count > most) most = count;
  }
  return most;
}
