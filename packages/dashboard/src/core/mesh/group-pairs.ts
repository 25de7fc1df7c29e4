import type { Axis, Group } from "./axis.ts";
import type { Grid } from "./grid.ts";
import { type CellCounts, countCells } from "./tell-cells.ts";

/** The counts of the pairs from one group to another. */
export interface GroupPair extends CellCounts {
  readonly from: Group;
  readonly to: Group;
}

/** All pairs of groups, with one row for each group of agents. */
export function groupPairs(outcomes: Grid, axis: Axis): GroupPair[][] {
  return axis.groups.map((from) =>
    axis.groups.map((to) => ({ from, to, ...countCells(outcomes, axis, from, to) })),
  );
}
