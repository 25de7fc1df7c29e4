import { describe, expect, it } from "vitest";
import { aNode } from "../../../tests/support/a-mesh.ts";
import { axisOf } from "./axis.ts";
import { binsOf, binSizeFor, shrink } from "./bins.ts";
import { FAILED_ALL, isFailed, OK, RAMP, UNKNOWN } from "./cell.ts";

const nodes = Array.from({ length: 10 }, (_, index) =>
  aNode(`node-${index}`, { zone: index % 2 === 0 ? "b" : "a" }),
);
const size = nodes.length;

describe("binsOf", () => {
  it("never puts nodes of two groups into one bin", () => {
    const { starts, binOf } = binsOf(axisOf(nodes, "zone"), 2);
    expect([...starts]).toEqual([0, 2, 4, 5, 7, 9, 10]);
    expect([...binOf]).toEqual([0, 0, 1, 1, 2, 3, 3, 4, 4, 5]);
  });

  it("makes bins just large enough to be visible", () => {
    expect([20, 2.5, 2.4, 0.7, 0.3].map(binSizeFor)).toEqual([1, 1, 2, 4, 16]);
  });
});

describe("shrink", () => {
  const axis = axisOf(nodes, "none");
  const cells = () => new Uint8Array(size * size).fill(OK);

  it("with one node per bin it gives the grid in the order of the axis", () => {
    const grid = { size, cells: cells() };
    grid.cells[1] = FAILED_ALL;
    const zoned = axisOf(nodes, "zone");
    const small = shrink(grid, zoned, binsOf(zoned, 1));
    const at = zoned.positions[0]! * size + zoned.positions[1]!;
    expect(small.indexOf(FAILED_ALL)).toBe(at);
    expect(small.filter(isFailed)).toHaveLength(1);
  });

  it("never loses a single failure, and shows the share of a bin that failed", () => {
    const grid = { size, cells: cells() };
    grid.cells[9 * size + 9] = FAILED_ALL;
    grid.cells.fill(FAILED_ALL, 0, 2);
    const small = shrink(grid, axis, binsOf(axis, 8));
    expect([...small].map(isFailed)).toEqual([true, false, false, true]);
    expect(small[0]).toBeLessThan(small[3]!);
  });

  it("prefers failed to not measured, and not measured to ok", () => {
    const grid = { size, cells: cells() };
    grid.cells[0] = UNKNOWN;
    grid.cells[9] = UNKNOWN;
    grid.cells[8] = FAILED_ALL;
    const small = shrink(grid, axis, binsOf(axis, 8));
    expect(small[0]).toBe(UNKNOWN);
    expect(isFailed(small[1]!)).toBe(true);
    expect(small[2]).toBe(OK);
  });

  it("averages measured values", () => {
    const grid = { size, cells: cells().fill(RAMP + 10) };
    grid.cells.fill(RAMP + 20, 0, size);
    const small = shrink(grid, axis, binsOf(axis, 2));
    expect(small[0]).toBe(RAMP + 15);
    expect(small.at(-1)).toBe(RAMP + 10);
  });
});
