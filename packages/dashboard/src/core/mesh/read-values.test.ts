import { latencyCode } from "@netchecker/contract";
import { expect, it } from "vitest";
import { aMesh, aNode, aPlane } from "../../../tests/support/a-mesh.ts";
import { FAILED_ALL, RAMP, RAMP_STEPS } from "./cell.ts";
import { attemptsCell, readAttempts, readLatencies } from "./read-values.ts";
import { readOutcomes } from "./read-outcomes.ts";

const NODES = [aNode("a"), aNode("b")];
const row = (...ms: number[]) => btoa(String.fromCharCode(...ms.map(latencyCode)));

it("latencies span the scale, and failed cells stay failed", () => {
  const plane = aPlane("echo", ["aa", "ab"], { latencies: [row(0.1, 5), row(0.7, 0)] });
  const mesh = aMesh(NODES, [plane]);
  const { grid, from, to } = readLatencies(mesh, [plane], readOutcomes(mesh, [plane]))!;
  expect(grid.cells[0]).toBe(RAMP);
  expect(grid.cells[1]).toBe(RAMP + RAMP_STEPS - 1);
  expect(grid.cells[2]).toBeGreaterThan(RAMP);
  expect(grid.cells[3]).toBe(FAILED_ALL);
  expect(from).toBeCloseTo(0.1, 2);
  expect(to).toBeGreaterThan(4.8);
});

it("the scale leaves out an ok layer if another layer of the pair failed", () => {
  const echo = aPlane("echo", ["ba", "aa"], { latencies: [row(0, 5), row(6, 7)] });
  const tcp = aPlane("tcp", ["aa", "aa"], { latencies: [row(0.1, 5), row(5, 5)] });
  const mesh = aMesh(NODES, [echo, tcp]);
  const { from } = readLatencies(mesh, [echo, tcp], readOutcomes(mesh, [echo, tcp]))!;
  expect(from).toBeGreaterThan(4);
});

it("shows the attempts of the layer that needed the most", () => {
  const echo = aPlane("echo", ["aa", "aa"], { attempts: ["11", "12"] });
  const tcp = aPlane("tcp", ["aa", "aa"], { attempts: ["31", "11"] });
  const mesh = aMesh(NODES, [echo, tcp]);
  const { cells } = readAttempts(mesh, [echo, tcp], readOutcomes(mesh, [echo, tcp]))!;
  expect([...cells]).toEqual([3, 1, 1, 2].map(attemptsCell));
});

it("gives null if the mesh was loaded without them", () => {
  const plane = aPlane("echo", ["aa", "aa"]);
  const mesh = aMesh(NODES, [plane]);
  const outcomes = readOutcomes(mesh, [plane]);
  expect(readLatencies(mesh, [plane], outcomes)).toBeNull();
  expect(readAttempts(mesh, [plane], outcomes)).toBeNull();
});
