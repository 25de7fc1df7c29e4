import { gauge, type MetricFamily } from "@netchecker/contract/metrics";
import type { RedisHealth } from "./adapters/redis-health.ts";
import { healthFamilies } from "./core/metrics/own-health.ts";
import { roundGauges } from "./core/metrics/round-gauges.ts";
import type { RoundsTally } from "./core/metrics/rounds-tally.ts";
import type { RoundKeeper } from "./keep-rounds.ts";
import type { ClusterWatch, Lease } from "./ports.ts";

export interface MetricSources {
  readonly cluster: ClusterWatch;
  readonly intervalMs: number;
  readonly keeper: RoundKeeper;
  readonly lease: Lease;
  readonly redis: Readonly<Record<"commands" | "subscriber", RedisHealth>>;
  readonly tally: RoundsTally;
}

/**
 * All that netchecker's `/metrics` tells at this moment. One that stands by knows rounds only from the
 * time when it started: of those it says nothing.
 */
export function gatherMetrics(sources: MetricSources): MetricFamily[] {
  const { cluster, intervalMs, keeper, lease, redis, tally } = sources;
  const at = Date.now();
  const health = healthFamilies({
    at,
    intervalMs,
    leaseHeld: lease.holding === "held",
    redis: { commands: connection(redis.commands), subscriber: connection(redis.subscriber) },
    staleSince: cluster.view().staleSince,
    watchLosses: cluster.watchLosses(),
  });
  const round = lease.standsBy ? null : keeper.latest;
  return [
    ...health,
    ...tally.families,
    ...(round ? roundGauges(round) : []),
    ...(lease.standsBy || keeper.lastStoredAt === null ? [] : [storedAt(keeper.lastStoredAt)]),
  ];
}

const connection = ({ awaySince, losses }: RedisHealth) => ({ up: awaySince === null, losses });

const storedAt = (at: number) =>
  gauge(
    "netchecker_round_stored_timestamp_seconds",
    "When the last round that Redis has was closed.",
    at / 1_000,
  );
