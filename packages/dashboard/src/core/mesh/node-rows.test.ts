import { expect, it } from "vitest";
import { aMesh, aNode, aPlane } from "../../../tests/support/a-mesh.ts";
import { nodeRows } from "./node-rows.ts";

const NODES = [aNode("a"), aNode("b", { planned: "node_not_ready" }), aNode("c")];

it("counts a node's own outcomes and those of other nodes about it, without its outcomes about itself", () => {
  const [a, , c] = nodeRows(aMesh(NODES, [aPlane("echo", ["bab", "aaa", "oaa"])]));
  expect(a!.from.get("echo")).toEqual({ ok: 1, failed: 2, unknown: 0, planned: 0 });
  expect(a!.to.get("echo")).toEqual({ ok: 1, failed: 0, unknown: 1, planned: 0 });
  expect(c!.to.get("echo")).toEqual({ ok: 1, failed: 1, unknown: 0, planned: 0 });
});

it("counts cells of a planned node that are not ok as planned, and does not count cells that are not kept", () => {
  const [a, b] = nodeRows(aMesh(NODES, [aPlane("echo", ["aba", "oaa", "..."])]));
  expect(a!.from.get("echo")).toEqual({ ok: 2, failed: 0, unknown: 0, planned: 1 });
  expect(b!.from.get("echo")).toEqual({ ok: 2, failed: 0, unknown: 0, planned: 1 });
  expect([a!.failed, b!.failed]).toEqual([0, 0]);
});

it("counts cells of a starting agent as not measured, not as planned", () => {
  const nodes = [aNode("a"), aNode("b", { planned: "node_starting" }), aNode("c")];
  const [a, b] = nodeRows(aMesh(nodes, [aPlane("echo", ["aba", "obo", "aba"])]));
  expect(b!.from.get("echo")).toEqual({ ok: 0, failed: 0, unknown: 3, planned: 0 });
  expect(a!.from.get("echo")).toEqual({ ok: 2, failed: 0, unknown: 0, planned: 1 });
});
