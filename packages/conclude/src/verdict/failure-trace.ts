import { countCell, TARGET_TYPES } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import type { Steps } from "@netchecker/round/steps";

/** Which checks failed in a round. It is compared with the rounds before and after. */
export interface FailureTrace {
  /** Whether more checks failed than are kept. So many failures are not chance. */
  readonly many: boolean;
  /** `from|to|check`: the agent's node, the target's node or name, the check. */
  readonly cells: string[];
}

/** Failures by chance are below 1 in 20,000 (see is-chance.ts), which is 150 in a round of three million checks. */
const MAX_TRACED_CELLS = 2_000;

/** Traces the failures of a round, without the planned ones. */
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
