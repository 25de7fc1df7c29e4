import {
  isReached,
  type MissingAgent,
  type MissingWhy,
  NOT_PROBED_CODE,
  reasonOf,
} from "@netchecker/contract";
import type { RoundPlan } from "./plan.ts";
import type { Steps } from "./steps.ts";
import { reportedAll, type RoundCollector } from "./round-collector.ts";

/** The agents that did not report every type, each with the reason. */
export function* missingAgents(
  round: RoundCollector,
  plan: RoundPlan,
  redisAway: boolean,
): Steps<MissingAgent[]> {
  const targetsOf = Map.groupBy(plan.targets.pod.keys(), (t) => plan.targets.pod[t]!.node ?? "");
  const missing: MissingAgent[] = [];
  for (const [index, agent] of plan.agents.entries()) {
    if (reportedAll(round.agents[index]!)) continue;
    yield;
    const why =
      agent.absent ??
      (redisAway ? "redis_away" : whySilent(round, targetsOf.get(agent.node) ?? []));
    const { pod, node, problem, planned } = agent;
    missing.push({ pod, node, why, detail: problem, planned });
  }
  return missing;
}

/**
 * `silent`: another agent reached a pong of this agent's node, or nobody tried. `unreachable`: others
 * tried, and none reached it.
 */
function whySilent(round: RoundCollector, pongs: readonly number[]): MissingWhy {
  const { reasons, targets } = round.matrices.pod;
  let tried = false;
  for (const target of pongs)
    for (let cell = target; cell < reasons.length; cell += targets) {
      const code = reasons[cell]!;
      if (code === NOT_PROBED_CODE) continue;
      if (isReached(reasonOf(code))) return "silent";
      tried = true;
    }
  return tried ? "unreachable" : "silent";
}
