import type { Axis } from "./axis.ts";
import { failedCell, isFailed, RAMP } from "./cell.ts";
import type { Grid } from "./grid.ts";

/**
 * Neighbouring nodes of one group that are drawn together, because a single one would be too small
 * to see.
 */
export interface Bins {
  /** The positions at which bins start, and the end of the last bin. */
  readonly starts: Uint32Array;
  /** Position → its bin. */
  readonly binOf: Uint32Array;
}

const SMALLEST_PX = 2.5;

/** The number of nodes in a bin if each node is `pxPerNode` wide. It is a power of two. */
export function binSizeFor(pxPerNode: number): number {
  let size = 1;
  while (size * pxPerNode < SMALLEST_PX) size *= 2;
  return size;
}

/** Divides the axis into bins. A bin never crosses from one group to the next. */
export function binsOf({ groups, order }: Axis, size: number): Bins {
  const starts: number[] = [];
  for (const { start, count } of groups)
    for (let at = start; at < start + count; at += size) starts.push(at);
  starts.push(order.length);
  const binOf = new Uint32Array(order.length);
  for (let bin = 0; bin + 1 < starts.length; bin += 1)
    binOf.fill(bin, starts[bin], starts[bin + 1]);
  return { starts: Uint32Array.from(starts), binOf };
}

/**
 * Reduces a grid to bins × bins, in the order of the axis. Failed cells are always visible, however
 * few they are; then cells that were not measured. Measured values are averaged.
 */
export function shrink(
  { size, cells }: Grid,
  { order }: Axis,
  { starts, binOf }: Bins,
): Uint8Array {
  const bins = starts.length - 1;
  const small = new Uint8Array(bins * bins);
  const worst = new Uint8Array(bins);
  const failed = new Uint32Array(bins);
  const sums = new Uint32Array(bins);
  const measured = new Uint32Array(bins);
  const asked = new Uint32Array(bins);
  for (let row = 0; row < bins; row += 1) {
    for (const each of [worst, failed, sums, measured, asked]) each.fill(0);
    for (let position = starts[row]!; position < starts[row + 1]!; position += 1) {
      const start = order[position]! * size;
      for (let column = 0; column < size; column += 1) {
        const cell = cells[start + order[column]!]!;
        const bin = binOf[column]!;
        asked[bin]! += 1;
        if (cell >= RAMP) {
          sums[bin]! += cell;
          measured[bin]! += 1;
        } else if (isFailed(cell)) {
          failed[bin]! += 1;
          if (cell > worst[bin]!) worst[bin] = cell;
        } else if (cell > worst[bin]!) worst[bin] = cell;
      }
    }
    for (let bin = 0; bin < bins; bin += 1) {
      const at = row * bins + bin;
      if (failed[bin]! > 0)
        small[at] =
          asked[bin] === 1
            ? worst[bin]!
            : Math.min(worst[bin]!, failedCell(failed[bin]!, asked[bin]!));
      else if (worst[bin]! > 1 || measured[bin] === 0) small[at] = worst[bin]!;
      else small[at] = Math.round(sums[bin]! / measured[bin]!);
    }
  }
  return small;
}
