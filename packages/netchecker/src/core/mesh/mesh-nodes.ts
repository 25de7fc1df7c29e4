import type { MeshNode } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";

/** The nodes of a round for the mesh, in the order of the round's agents. */
export function meshNodes({ head, plan, agents }: ClosedRound): MeshNode[] {
  const missing = new Map(head.missing.map(({ node, why }) => [node, why]));
  return plan.agents.map(({ node, zone, pool, pod, planned }, index) => ({
    name: node,
    zone,
    pool,
    pod,
    missing: missing.get(node) ?? null,
    planned,
    starved: Object.values(agents[index]!.health).some(({ prober }) => prober.starved),
  }));
}
