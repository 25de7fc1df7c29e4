import {
  aClosedRound,
  aNode,
  aView,
  into,
  between,
  under,
} from "@netchecker/round/testing/a-round";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { nodeStates } from "../node-states.ts";
import { finish } from "@netchecker/round/steps";
import type { PlannedWhy } from "@netchecker/contract";
import { describe, expect, it } from "vitest";
import { meshGlyphs } from "./mesh-glyphs.ts";

/** A round of three nodes in which nobody reaches node-2, and something is planned for the agent of node-1. */
function aRound(planned: PlannedWhy): ClosedRound {
  const round = aClosedRound(aView(3, { nodes: [aNode(1), aNode(2), aNode(3)] }), {
    finds: under(between(into(2))),
  });
  const agents = round.plan.agents.map((agent) =>
    agent.node === "node-1" ? { ...agent, planned } : agent,
  );
  return { ...round, plan: { ...round.plan, agents } };
}

describe("the picture of a mesh", () => {
  it("shows what each outcome counts as", () => {
    for (const [planned, counted] of [
      ["node_cordoned", "planned"],
      ["node_starting", "unknown"],
    ] as const) {
      const round = aRound(planned);
      expect(meshGlyphs(round)).toEqual([
        ["ok", counted, "ok"],
        ["ok", "ok", "ok"],
        ["ok", "failed", "ok"],
      ]);
      expect(finish(nodeStates(round))[0]!.from.pod[counted]).toBe(1);
    }
  });
});
