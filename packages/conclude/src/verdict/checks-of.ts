import { countCell, isStarting, TARGET_TYPES } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";

/** Over every type of target. */
export function checksOf(
  { summary }: Pick<ClosedRound, "summary">,
  counted: "total" | "ok" | "failed" | "unknown" | "planned",
): number {
  return TARGET_TYPES.reduce((sum, type) => sum + summary[type][counted], 0);
}

/** Checks that could not be measured, those of agents that are starting left out: these are unknown for that alone. */
export function unmeasuredOf(round: ClosedRound): number {
  return checksOf(round, "unknown") - unknownOfStarting(round);
}

function unknownOfStarting({ plan, matrices }: ClosedRound): number {
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
