import { countCell, isStarting, TARGET_TYPES } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";

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

function countUnknownOfStarting({ plan, matrices }: ClosedRound): number {
  let count = 0;
  for (const [a, agent] of plan.agents.entries()) {
    if (!isStarting(agent.planned)) continue;
    for (const type of TARGET_TYPES)
      for (const [t, target] of plan.targets[type].entries()) {
        const code = matrices[type].reasons[matrices[type].cell(a, t)]!;
        if (countCell(code, agent.planned, target.planned) === "unknown") count += 1;
      }
  }
  return count;
}
