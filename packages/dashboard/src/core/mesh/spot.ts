import { type Axis, type Group, groupAt } from "./axis.ts";
import type { Bins } from "./bins.ts";
import type { Layout } from "./layout.ts";
import type { Range } from "./tell-cells.ts";
import { pairAt, type Viewport } from "./viewport.ts";

/**
 * What the pointer or the cursor is on: a pair, several pairs that are drawn together, or a node
 * and a column beside the mesh.
 */
export interface Spot {
  readonly rows: Range;
  /** null: the column beside the mesh. */
  readonly columns: Range | null;
  readonly side: number | null;
  /** The middle of the cell, in CSS pixels of the map. */
  readonly x: number;
  readonly y: number;
  readonly by: "pointer" | "keyboard";
}

interface Pair {
  readonly row: number;
  readonly column: number;
}

/** What is under the pointer. Null if there is nothing. */
export function spotAt(
  layout: Layout,
  view: Viewport,
  bins: Bins,
  x: number,
  y: number,
): Spot | null {
  const { left, top, mesh, side } = layout;
  const pair = pairAt(mesh, view, x - left, y - top);
  if (pair) return spotOf(layout, view, pair, bins);
  const column = Math.floor((x - side.left) / side.width);
  const row = pairAt(mesh, view, 0, y - top)?.row;
  if (row === undefined || column < 0 || column >= side.count) return null;
  const spot = spotOf(layout, view, { row, column: 0 }, bins);
  return { ...spot, columns: null, side: column, x: side.left + (column + 0.5) * side.width };
}

/**
 * The spot of a pair of positions. With `bins` it includes all pairs that are drawn together, for
 * the pointer. Without, it is one pair, for the cursor.
 */
export function spotOf(layout: Layout, view: Viewport, pair: Pair, bins?: Bins): Spot {
  const rows = rangeOf(pair.row, bins);
  const columns = rangeOf(pair.column, bins);
  const middle = ({ start, count }: Range, edge: number) => (start + count / 2 - edge) * view.scale;
  return {
    rows,
    columns,
    side: null,
    x: layout.left + middle(columns, view.left),
    y: layout.top + middle(rows, view.top),
    by: bins ? "pointer" : "keyboard",
  };
}

function rangeOf(position: number, bins: Bins | undefined): Range {
  if (!bins) return { start: position, count: 1 };
  const bin = bins.binOf[position]!;
  const start = bins.starts[bin]!;
  return { start, count: bins.starts[bin + 1]! - start };
}

/** The group whose name is at a point, left of the mesh or above it. */
export function groupNamedAt(
  { left, top }: Layout,
  view: Viewport,
  axis: Axis,
  x: number,
  y: number,
): Group | undefined {
  if (axis.groups.length < 2) return undefined;
  if (x < left && y >= top) return groupAt(axis, view.top + (y - top) / view.scale);
  if (y < top && x >= left) return groupAt(axis, view.left + (x - left) / view.scale);
  return undefined;
}

export function isSameSpot(a: Spot | null, b: Spot | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.rows.start === b.rows.start &&
    a.columns?.start === b.columns?.start &&
    a.side === b.side &&
    a.by === b.by &&
    a.x === b.x &&
    a.y === b.y
  );
}
