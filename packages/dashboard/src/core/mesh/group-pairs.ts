import type { Axis, Group } from "./axis.ts";
import type { Grid } from "./grid.ts";
import { type CellCounts, countCells } from "./tell-cells.ts";

/** How one group reached another. */
export interface GroupPair extends CellCounts {
  readonly from: Group;
  readonly to: Group;
}

/** Each group by each: a row of pairs for every source. */
export function groupPairs(outcomes: Grid, axis: Axis): GroupPair[][] {
  return axis.groups.map((from) =>
    axis.groups.map((to) => ({ from, to, ...countCells(outcomes, axis, from, to) })),
  );
}
