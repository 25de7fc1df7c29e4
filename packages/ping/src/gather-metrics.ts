import { counter, gauge, type MetricFamily } from "@netchecker/contract/metrics";
import type { DroppedLists } from "./adapters/receive-targets.ts";
import type { AgentTally } from "./core/agent-tally.ts";

export interface MetricSources {
  readonly tally: AgentTally;
  /** The number of dropped target lists so far, by fault. */
  readonly dropped: Readonly<DroppedLists>;
  /** Whether each connection to Redis is ready. */
  readonly redis: () => Readonly<Record<"commands" | "subscriber", boolean>>;
}

/** All values of ping's `/metrics` at this moment. */
export function gatherMetrics({ tally, dropped, redis }: MetricSources): MetricFamily[] {
  return [
    gauge(
      "netchecker_ping_redis_up",
      "Whether a connection to Redis is ready.",
      Object.entries(redis()).map(([connection, up]) => ({
        labels: { connection },
        value: Number(up),
      })),
    ),
    counter(
      "netchecker_ping_lists_dropped_total",
      "Messages on the channels for lists that are none, by reason.",
      Object.entries(dropped).map(([reason, value]) => ({ labels: { reason }, value })),
    ),
    ...tally.families,
  ];
}
