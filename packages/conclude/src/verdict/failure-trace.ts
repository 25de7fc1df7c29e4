import { countCell, TARGET_TYPES } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import type { Steps } from "@netchecker/round/steps";

/** Which checks failed in a round, to be held against the rounds before and after it. */
export interface FailureTrace {
  /** Whether there were more than are kept: then they are no chance, nor are those that follow. */
  readonly many: boolean;
  /** `from|to|check`: the agent's node, the target's node or name, the check. */
  readonly cells: string[];
}

/** Chance is below 1 in 20,000: a round of three million checks has at most 150 of it. */
const MAX_TRACED_CELLS = 2_000;

/** The failures of a round that nothing planned explains. */
export function* traceFailures({ plan, matrices }: ClosedRound): Steps<FailureTrace> {
  const cells: string[] = [];
  for (const type of TARGET_TYPES) {
    const targets = plan.targets[type];
    const { reasons } = matrices[type];
    let cell = 0;
    for (const agent of plan.agents) {
      yield;
      for (const target of targets) {
        const result = countCell(reasons[cell]!, agent.planned, target.planned);
        cell += 1;
        if (result !== "failed") continue;
        if (cells.length === MAX_TRACED_CELLS) return { many: true, cells: [] };
        const to = target.node ?? target.name ?? target.address ?? "";
        cells.push([agent.node, to, target.check].join("|"));
      }
    }
  }
  return { many: false, cells };
}
