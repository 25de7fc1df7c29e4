import {
  isReached,
  type MissingAgent,
  type MissingWhy,
  NOT_PROBED_CODE,
  reasonOf,
} from "@netchecker/contract";
import type { RoundPlan } from "../plan.ts";
import { reportedAll, type RoundCollector } from "../round-collector.ts";

/** The agents that should have reported every type and did not, each with the reason why. */
export function missingAgents(
  round: RoundCollector,
  plan: RoundPlan,
  redisAway: boolean,
): MissingAgent[] {
  return plan.agents.flatMap((agent, index) => {
    if (reportedAll(round.agents[index]!)) return [];
    const why = agent.absent ?? (redisAway ? "redis_away" : whySilent(round, index));
    const { pod, node, problem, planned } = agent;
    return [{ pod, node, why, detail: problem, planned }];
  });
}

/** Silent: others reached its node's pong, well or badly. Unreachable: others tried, and none did. */
function whySilent(round: RoundCollector, agent: number): MissingWhy {
  const { node } = round.plan.agents[agent]!;
  const { reasons, targets } = round.matrices.pod;
  let tried = false;
  for (const [target, planned] of round.plan.targets.pod.entries()) {
    if (planned.node !== node) continue;
    for (let cell = target; cell < reasons.length; cell += targets) {
      const code = reasons[cell]!;
      if (code === NOT_PROBED_CODE) continue;
      if (isReached(reasonOf(code))) return "silent";
      tried = true;
    }
  }
  return tried ? "unreachable" : "silent";
}
