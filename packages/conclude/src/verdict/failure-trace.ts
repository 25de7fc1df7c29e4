import { countCell, TARGET_TYPES } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { countRound } from "@netchecker/round/count-round";
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

/** Traces the failures of a round, without the planned ones. It looks only at agents that have failures. */
export function* traceFailures(round: ClosedRound): Steps<FailureTrace> {
  const { plan, matrices } = round;
  const { nodes } = yield* countRound(round);
  const cells: string[] = [];
  for (const type of TARGET_TYPES) {
    const failed = nodes.reduce((sum, { from }) => sum + from[type].failed, cells.length);
    if (failed > MAX_TRACED_CELLS) return { many: true, cells: [] };
    const targets = plan.targets[type];
    const { reasons } = matrices[type];
    for (const [a, agent] of plan.agents.entries()) {
      if (nodes[a]!.from[type].failed === 0) continue;
      yield;
      for (const [t, target] of targets.entries()) {
        const code = reasons[a * targets.length + t]!;
        if (countCell(code, agent.planned, target.planned) !== "failed") continue;
        const to = target.node ?? target.name ?? target.address ?? "";
        cells.push([agent.node, to, target.check].join("|"));
      }
    }
  }
  return { many: false, cells };
}
