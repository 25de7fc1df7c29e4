import { groupAt, type Axis } from "./axis.ts";
import { PLANNED, isFailed, NOT_KEPT, UNKNOWN } from "./cell.ts";
import type { Grid } from "./grid.ts";

/** A range of positions: one node, or several that are drawn as one. */
export interface Range {
  readonly start: number;
  readonly count: number;
}

export interface CellCounts {
  readonly pairs: number;
  readonly failed: number;
  readonly unknown: number;
  readonly planned: number;
  readonly notKept: number;
}

/** How the pairs of two ranges fared. */
export function countCells(
  { size, cells }: Grid,
  { order }: Axis,
  rows: Range,
  columns: Range,
): CellCounts {
  let [failed, unknown, planned, notKept] = [0, 0, 0, 0];
  for (let row = rows.start; row < rows.start + rows.count; row += 1)
    for (let column = columns.start; column < columns.start + columns.count; column += 1) {
      const cell = cells[order[row]! * size + order[column]!]!;
      if (isFailed(cell)) failed += 1;
      else if (cell === UNKNOWN) unknown += 1;
      else if (cell === PLANNED) planned += 1;
      else if (cell === NOT_KEPT) notKept += 1;
    }
  return { pairs: rows.count * columns.count, failed, unknown, planned, notKept };
}

/** A range in words: its node, or the first and the last, or the whole group. */
export function tellRange(axis: Axis, names: readonly string[], { start, count }: Range): string {
  const nameAt = (position: number) => names[axis.order[position]!]!;
  const group = groupAt(axis, start);
  if (group && group.name !== "" && group.start === start && group.count === count)
    return `all of ${group.name}`;
  return count === 1 ? nameAt(start) : `${nameAt(start)} … ${nameAt(start + count - 1)}`;
}
