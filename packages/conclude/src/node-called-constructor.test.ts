import { expect, it } from "vitest";
import { aClosedRound, aView } from "@netchecker/round/testing/a-round";
import { conclude } from "./conclude.ts";
import { decodeMemory, emptyMemory } from "./track/findings-memory.ts";

it("a node may be called constructor, and its memory is read back", () => {
  const view = aView(2);
  const named = {
    ...view,
    nodes: view.nodes.map((node) =>
      node.name === "node-2" ? { ...node, name: "constructor" } : node,
    ),
    pods: view.pods.map((pod) => (pod.node === "node-2" ? { ...pod, node: "constructor" } : pod)),
  };
  let memory = emptyMemory();
  for (let round = 0; round < 5; round += 1) {
    ({ memory } = conclude(aClosedRound(named), named, memory));
    memory = decodeMemory(JSON.stringify(memory));
  }
  expect(Object.keys(memory.nodes)).toEqual(["node-1", "constructor"]);
  expect(memory.latency.nodes["constructor"]).toMatchObject({ rounds: 3 });
});
