import { groupAt, type Axis } from "./axis.ts";
import { PLANNED, isFailed, NOT_KEPT, STARTING, UNKNOWN } from "./cell.ts";
import { digits } from "../phrases.ts";
import type { Grid } from "./grid.ts";

/** A range of positions: one node, or several that are drawn together. */
export interface Range {
  readonly start: number;
  readonly count: number;
}

export interface CellCounts {
  readonly pairs: number;
  readonly failed: number;
  readonly unknown: number;
  readonly starting: number;
  readonly planned: number;
  readonly notKept: number;
}

/** The counts of the pairs of two ranges. */
export function countCells(
  { size, cells }: Grid,
  { order }: Axis,
  rows: Range,
  columns: Range,
): CellCounts {
  function* all() {
    for (let row = rows.start; row < rows.start + rows.count; row += 1)
      for (let column = columns.start; column < columns.start + columns.count; column += 1)
        yield cells[order[row]! * size + order[column]!]!;
  }
  return countAll(all());
}

/** The counts of several cells. */
export function countAll(cells: Iterable<number>): CellCounts {
  const counts = { pairs: 0, failed: 0, unknown: 0, starting: 0, planned: 0, notKept: 0 };
  for (const cell of cells) {
    counts.pairs += 1;
    if (isFailed(cell)) counts.failed += 1;
    else if (cell === UNKNOWN) counts.unknown += 1;
    else if (cell === STARTING) counts.starting += 1;
    else if (cell === PLANNED) counts.planned += 1;
    else if (cell === NOT_KEPT) counts.notKept += 1;
  }
  return counts;
}

/** How many cells are not ok, in words, for each result. Empty if all are ok. */
export function tellCounts(counts: CellCounts): { readonly text: string; readonly tone: Tone }[] {
  const { pairs, failed, unknown, starting, planned, notKept } = counts;
  return [
    { count: failed, text: `of ${digits(pairs)} failed`, tone: "bad" as const },
    { count: unknown, text: "not measured", tone: "unknown" as const },
    { count: starting, text: "not measured: starting", tone: "unknown" as const },
    { count: planned, text: "left out: planned", tone: "quiet" as const },
    { count: notKept, text: "not kept", tone: "quiet" as const },
  ].flatMap(({ count, text, tone }) =>
    count > 0 ? [{ text: `${digits(count)} ${text}`, tone }] : [],
  );
}

export type Tone = "bad" | "unknown" | "quiet";

/** A range in words: its node, or the first and the last one, or the whole group. */
export function tellRange(axis: Axis, names: readonly string[], { start, count }: Range): string {
  const nameAt = (position: number) => names[axis.order[position]!]!;
  const group = groupAt(axis, start);
  if (group && group.name !== "" && group.start === start && group.count === count)
    return `all of ${group.name}`;
  return count === 1 ? nameAt(start) : `${nameAt(start)} … ${nameAt(start + count - 1)}`;
}
