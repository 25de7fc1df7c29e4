import { expect, it } from "vitest";
import { aNode } from "../../../tests/support/a-mesh.ts";
import { axisOf } from "./axis.ts";
import { binsOf } from "./bins.ts";
import { layOutMap } from "./layout.ts";
import { groupNamedAt, isSameSpot, spotAt, spotOf } from "./spot.ts";
import { fitAll } from "./viewport.ts";

const nodes = Array.from({ length: 100 }, (_, index) =>
  aNode(`node-${index}`, { zone: index < 40 ? "a" : "b" }),
);
const axis = axisOf(nodes, "zone");
const layout = layOutMap({ width: 800, height: 600 }, 100, 60, 60, 2);
const view = fitAll(layout.mesh);
const bins = binsOf(axis, 4);

it("the pointer is on all pairs that are drawn together", () => {
  const { x, y } = spotOf(layout, view, { row: 41, column: 10 });
  expect(spotAt(layout, view, bins, x, y)).toMatchObject({
    rows: { start: 40, count: 4 },
    columns: { start: 8, count: 4 },
    by: "pointer",
  });
});

it("the cursor is on one pair, however small it is drawn", () => {
  expect(spotOf(layout, view, { row: 41, column: 10 })).toMatchObject({
    rows: { start: 41, count: 1 },
    columns: { start: 10, count: 1 },
    by: "keyboard",
  });
});

it("finds the columns beside the mesh, and nothing beside them", () => {
  const { left, width } = layout.side;
  const at = (x: number) => spotAt(layout, view, bins, x, layout.top + 1);
  expect(at(left + 1)).toMatchObject({ columns: null, side: 0, rows: { start: 0 } });
  expect(at(left + 1.5 * width)).toMatchObject({ side: 1 });
  expect(at(left + 2 * width + 1)).toBeNull();
  expect(at(left - 3)).toBeNull();
});

it("finds a group's name left of its rows and above its columns", () => {
  const { left, top, mesh } = layout;
  expect(groupNamedAt(layout, view, axis, 2, top + 1)?.name).toBe("a");
  expect(groupNamedAt(layout, view, axis, left + mesh.width - 2, 2)?.name).toBe("b");
  expect(groupNamedAt(layout, view, axis, left + 5, top + 5)).toBeUndefined();
  expect(groupNamedAt(layout, view, axisOf(nodes, "none"), 2, top + 1)).toBeUndefined();
});

it("two spots are the same if they mean the same pairs at the same place", () => {
  const spot = spotOf(layout, view, { row: 1, column: 2 });
  expect(isSameSpot(spot, { ...spot })).toBe(true);
  expect(isSameSpot(spot, spotOf(layout, view, { row: 1, column: 3 }))).toBe(false);
  expect(isSameSpot(spot, null)).toBe(false);
  expect(isSameSpot(null, null)).toBe(true);
});
