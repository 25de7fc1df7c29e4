import { expect, it } from "vitest";
import { aMesh, aNode, aPlane } from "../../../tests/support/a-mesh.ts";
import { nodeRows } from "./node-rows.ts";

const NODES = [aNode("a"), aNode("b", { planned: "node_not_ready" }), aNode("c")];

it("counts what a node finds, and what others find of it: its own word of itself is no other's", () => {
  const [a, , c] = nodeRows(aMesh(NODES, [aPlane("echo", ["bab", "aaa", "oaa"])]));
  expect(a!.from.get("echo")).toEqual({ ok: 1, failed: 2, unknown: 0, planned: 0 });
  expect(a!.to.get("echo")).toEqual({ ok: 1, failed: 0, unknown: 1, planned: 0 });
  expect(c!.to.get("echo")).toEqual({ ok: 1, failed: 1, unknown: 0, planned: 0 });
});

it("what is not ok of a node with a planned change is planned, and what is not kept is not counted", () => {
  const [a, b] = nodeRows(aMesh(NODES, [aPlane("echo", ["aba", "oaa", "..."])]));
  expect(a!.from.get("echo")).toEqual({ ok: 2, failed: 0, unknown: 0, planned: 1 });
  expect(b!.from.get("echo")).toEqual({ ok: 2, failed: 0, unknown: 0, planned: 1 });
  expect([a!.failed, b!.failed]).toEqual([0, 0]);
});

it("what an agent that is starting did not measure is not measured, not planned", () => {
  const nodes = [aNode("a"), aNode("b", { planned: "node_starting" }), aNode("c")];
  const [a, b] = nodeRows(aMesh(nodes, [aPlane("echo", ["aba", "obo", "aba"])]));
  expect(b!.from.get("echo")).toEqual({ ok: 0, failed: 0, unknown: 3, planned: 0 });
  expect(a!.from.get("echo")).toEqual({ ok: 2, failed: 0, unknown: 0, planned: 1 });
});
