import {
  decodeTargetList,
  type Outcome,
  type Report,
  TARGET_TYPES,
  type TargetList,
  toColumns,
} from "@netchecker/contract";
import { type Redis, subscribe } from "@netchecker/runtime/redis";
import { NAMES } from "./a-redis.ts";
import { OK } from "@netchecker/round/testing/a-round";

export interface SimulatedAgent {
  readonly pod: string;
  readonly node: string;
  /** If it returns null, the agent does not answer this list. */
  readonly answer?: (list: TargetList, index: number) => Outcome | null;
  /** How long the agent probes; 0 by default. */
  readonly delayMs?: number;
}

/** Agents that send real messages but probe nothing: they make up the outcomes. */
export async function simulateAgents(
  subscriber: Redis,
  publisher: Redis,
  agentsFor: (list: TargetList) => readonly SimulatedAgent[],
): Promise<{ readonly lists: TargetList[] }> {
  const lists: TargetList[] = [];
  const subscribed = Promise.withResolvers<void>();
  subscribe(subscriber, Object.values(NAMES.lists), {
    subscribed: () => subscribed.resolve(),
    message(channel, text) {
      const type = TARGET_TYPES.find((each) => NAMES.lists[each] === channel)!;
      const decoded = decodeTargetList(type, text);
      if (!decoded.ok) throw new Error(decoded.why);
      lists.push(decoded.value);
      for (const agent of agentsFor(decoded.value)) {
        const report = reportOf(decoded.value, agent);
        // A report is lost while Redis is away: unlike a real agent, this one does not try again.
        const publish = () =>
          void publisher.publish(NAMES.reports[type], JSON.stringify(report)).catch(() => {});
        if (report) setTimeout(publish, agent.delayMs ?? 0);
      }
    },
  });
  await subscribed.promise;
  return { lists };
}

/** An agent's report for a list; null if the agent is silent. */
export function reportOf(list: TargetList, { pod, node, answer }: SimulatedAgent): Report | null {
  const outcomes = list.check.map((_, index) => (answer ? answer(list, index) : OK));
  if (outcomes.includes(null)) return null;
  return {
    v: 1,
    type: list.type,
    round: list.round,
    list: list.list,
    agent: { pod, node, ip: "10.1.0.1" },
    tookMs: 5,
    prober: { loopDelayP99Ms: 1, throttledMs: null, starved: false },
    ...toColumns(outcomes as Outcome[]),
  };
}
