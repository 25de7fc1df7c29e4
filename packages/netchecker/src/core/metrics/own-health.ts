import { gauge, counter, type MetricFamily } from "@netchecker/contract/metrics";

/** One of netchecker's connections to Redis. */
interface ConnectionHealth {
  readonly up: boolean;
  /** How often it was lost since the start. */
  readonly losses: number;
}

/** The health of netchecker itself at the moment of a scrape. Times are milliseconds since 1970. */
export interface OwnHealth {
  readonly at: number;
  readonly intervalMs: number;
  readonly leaseHeld: boolean;
  readonly redis: Readonly<Record<"commands" | "subscriber", ConnectionHealth>>;
  /** Since when the view of the cluster is out of date; null while it is current. */
  readonly staleSince: number | null;
  /** How often the watch of each resource was lost since the start. */
  readonly watchLosses: Readonly<Record<string, number>>;
}

export function healthFamilies(health: OwnHealth): MetricFamily[] {
  const { at, intervalMs, leaseHeld, redis, staleSince, watchLosses } = health;
  const connections = Object.entries(redis);
  return [
    gauge(
      "netchecker_lease_held",
      "Whether this netchecker opens the rounds: 0 is a standby, or Redis is away.",
      leaseHeld,
    ),
    gauge("netchecker_round_interval_seconds", "A round starts so often.", intervalMs / 1_000),
    gauge(
      "netchecker_redis_up",
      "Whether a connection to Redis is ready.",
      connections.map(([connection, { up }]) => ({ labels: { connection }, value: Number(up) })),
    ),
    counter(
      "netchecker_redis_connections_lost_total",
      "How often a connection to Redis was lost.",
      connections.map(([connection, { losses }]) => ({ labels: { connection }, value: losses })),
    ),
    gauge(
      "netchecker_cluster_view_stale_seconds",
      "For how long the view of the cluster is not kept up to date; 0 while it is.",
      staleSince === null ? 0 : (at - staleSince) / 1_000,
    ),
    counter(
      "netchecker_cluster_watches_lost_total",
      "How often the watch of a resource of the API server was lost.",
      Object.entries(watchLosses).map(([resource, value]) => ({ labels: { resource }, value })),
    ),
  ];
}
