import type { PlannedWhy } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { countRound, type NodeCounts } from "@netchecker/round/count-round";
import type { Steps } from "@netchecker/round/steps";

/** One node in a round: its agent, what the agent reached, and which agents reached the node. */
export interface NodeState extends Pick<NodeCounts, "from" | "to"> {
  readonly node: string;
  readonly pod: string | null;
  /** `reported`, or why its agent is missing. */
  readonly agent: string;
  readonly planned: PlannedWhy | null;
}

/** The state of every node of a round, in the order of its agents. */
export function* nodeStates(round: ClosedRound): Steps<readonly NodeState[]> {
  const { nodes } = yield* countRound(round);
  const missing = new Map(round.head.missing.map(({ node, why }) => [node, why]));
  return round.plan.agents.map(({ node, pod, planned }, index) => {
    const { from, to } = nodes[index]!;
    return { node, pod, agent: missing.get(node) ?? "reported", planned, from, to };
  });
}
