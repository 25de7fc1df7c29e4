import { expect, it } from "vitest";
import { aMesh, aNode, aPlane } from "../../../tests/support/a-mesh.ts";
import { FAILED_ALL, isFailed, NOT_KEPT, OK, PLANNED, STARTING, UNKNOWN } from "./cell.ts";
import { readOutcomes } from "./read-outcomes.ts";

const NODES = [aNode("a"), aNode("b"), aNode("c")];

it("a cell shows the worst of its layers: failed, then not measured, then ok", () => {
  const echo = aPlane("echo", ["aab", "aoa", "aaa"]);
  const tcp = aPlane("tcp", ["aab", "aaa", "oaa"]);
  const { cells } = readOutcomes(aMesh(NODES, [echo, tcp]), [echo, tcp]);
  expect([...cells]).toEqual([OK, OK, FAILED_ALL, OK, UNKNOWN, OK, UNKNOWN, OK, OK]);
});

it("a cell that fails on some layers only has a lighter shade", () => {
  const echo = aPlane("echo", ["aba", "aaa", "aaa"]);
  const tcp = aPlane("tcp", ["aaa", "aaa", "aaa"]);
  const [, partly] = readOutcomes(aMesh(NODES, [echo, tcp]), [echo, tcp]).cells;
  expect(isFailed(partly!)).toBe(true);
  expect(partly).toBeLessThan(FAILED_ALL);
});

it("a cell of a planned node or target is planned in both directions, unless it is ok", () => {
  const nodes = [aNode("a"), aNode("b", { planned: "node_cordoned" }), aNode("c")];
  const echo = aPlane("echo", ["aba", "bob", "aba"]);
  echo.targets[2] = { ...echo.targets[2]!, planned: "pod_terminating" };
  const { cells } = readOutcomes(aMesh(nodes, [echo]), [echo]);
  expect([...cells]).toEqual([OK, PLANNED, OK, PLANNED, PLANNED, PLANNED, OK, PLANNED, OK]);
});

it("a cell that is not kept is not ok, and the rest of a short row is not measured", () => {
  const echo = aPlane("echo", ["..b", "a", ""]);
  const { cells } = readOutcomes(aMesh(NODES, [echo]), [echo]);
  const rows = [0, 3, 6].map((start) => [...cells.subarray(start, start + 3)]);
  expect(rows).toEqual([
    [NOT_KEPT, NOT_KEPT, FAILED_ALL],
    [OK, UNKNOWN, UNKNOWN],
    [UNKNOWN, UNKNOWN, UNKNOWN],
  ]);
});

it("two targets on one node are one cell, which shows the worse one", () => {
  const echo = aPlane("echo", ["aab", "aaa", "aaa"]);
  echo.targets[2] = { ...echo.targets[2]!, node: 1 };
  const { cells } = readOutcomes(aMesh(NODES, [echo]), [echo]);
  expect(isFailed(cells[1]!)).toBe(true);
  expect(cells[2]).toBe(NOT_KEPT);
});

it("the row of a starting agent is not measured yet, and the column of its node is left out", () => {
  const nodes = [aNode("a"), aNode("b", { planned: "node_starting" }), aNode("c")];
  const echo = aPlane("echo", ["aba", "bob", "aba"]);
  const { cells } = readOutcomes(aMesh(nodes, [echo]), [echo]);
  expect([...cells]).toEqual([OK, PLANNED, OK, STARTING, STARTING, STARTING, OK, PLANNED, OK]);
});
