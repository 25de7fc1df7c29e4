import type { Verdict } from "@netchecker/contract";
import { counter, gauge, type MetricFamily } from "@netchecker/contract/metrics";
import type { RedisHealth } from "./adapters/redis-health.ts";
import { healthFamilies } from "./core/metrics/own-health.ts";
import { roundGauges } from "./core/metrics/round-gauges.ts";
import type { RoundsTally } from "./core/metrics/rounds-tally.ts";
import { verdictGauges } from "./core/metrics/verdict-gauges.ts";
import type { Steps } from "@netchecker/round/steps";
import type { RoundKeeper } from "./keep-rounds.ts";
import type { ClusterWatch, Lease } from "./ports.ts";

type Connection = Pick<RedisHealth, "awaySince" | "losses">;

export interface MetricSources {
  readonly cluster: Pick<ClusterWatch, "view" | "watchLosses">;
  readonly intervalMs: number;
  readonly keeper: Pick<RoundKeeper, "lastStoredAt" | "latest">;
  readonly lease: Pick<Lease, "holding" | "standsBy">;
  readonly redis: Readonly<Record<"commands" | "subscriber", Connection>>;
  readonly tally: Pick<RoundsTally, "families">;
  /** How many stored records could not be read since the start. */
  unreadable(): { readonly newer: number; readonly damaged: number };
  /** The verdict of now, not of the last round. Not called while this netchecker stands by. */
  verdict(): Verdict;
}

/**
 * Everything in netchecker's `/metrics`. `at` is milliseconds since 1970. A netchecker that stands by gives no
 * verdict and no series of rounds, because it knows only the rounds that were stored when it started. If Redis goes
 * away, it goes on standing by. The holder of the lease then tells of the outage; if the holder is gone too, the
 * alert on a missing verdict fires.
 */
export function* gatherMetrics(sources: MetricSources, at = Date.now()): Steps<MetricFamily[]> {
  const { cluster, intervalMs, lease, redis, tally } = sources;
  const health = healthFamilies({
    at,
    intervalMs,
    leaseHeld: lease.holding === "held",
    redis: { commands: connection(redis.commands), subscriber: connection(redis.subscriber) },
    staleSince: cluster.view().staleSince,
    watchLosses: cluster.watchLosses(),
  });
  return [
    ...health,
    unreadableRecords(sources.unreadable()),
    ...tally.families,
    ...(lease.standsBy ? [] : yield* ofTheMesh(sources)),
  ];
}

function* ofTheMesh({ keeper, verdict }: MetricSources): Steps<MetricFamily[]> {
  return [
    ...verdictGauges(verdict()),
    ...(keeper.latest ? yield* roundGauges(keeper.latest) : []),
    ...(keeper.lastStoredAt === null ? [] : [storedAt(keeper.lastStoredAt)]),
  ];
}

const connection = ({ awaySince, losses }: Connection) => ({ up: awaySince === null, losses });

const unreadableRecords = (counts: Readonly<Record<"newer" | "damaged", number>>) =>
  counter(
    "netchecker_unreadable_records_total",
    "Stored records that could not be read: damaged, or of a newer netchecker.",
    Object.entries(counts).map(([why, value]) => ({ labels: { why }, value })),
  );

const storedAt = (at: number) =>
  gauge(
    "netchecker_round_stored_timestamp_seconds",
    "When the last round that Redis has was closed.",
    at / 1_000,
  );
