import { isStarting, TARGET_TYPES } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { countRound, type NodeCounts } from "@netchecker/round/count-round";
import { finish } from "@netchecker/round/steps";

/** How many checks of a round, of all types, ended in one way. */
export function countChecks(
  { summary }: Pick<ClosedRound, "summary">,
  counted: "total" | "ok" | "failed" | "unknown" | "planned",
): number {
  return TARGET_TYPES.reduce((sum, type) => sum + summary[type][counted], 0);
}

/**
 * How many checks could not be measured. Checks of starting agents do not count: nobody expects them to be measured
 * yet.
 */
export function countUnmeasured(round: ClosedRound): number {
  return countChecks(round, "unknown") - countUnknownOfStarting(round);
}

function countUnknownOfStarting(round: ClosedRound): number {
  const { nodes } = finish(countRound(round));
  const starting = nodes.filter((_, n) => isStarting(round.plan.agents[n]!.planned));
  return starting.reduce((sum, { from }) => sum + countUnknown(from), 0);
}

function countUnknown(from: NodeCounts["from"]): number {
  return TARGET_TYPES.reduce((sum, type) => sum + from[type].unknown, 0);
}
