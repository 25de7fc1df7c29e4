import type { RoundHead, UnmeasuredReason, Verdict } from "@netchecker/contract";
import { type OtherHolder, sayHolder } from "../lease-holder.ts";
import type { RedisFault } from "../redis-fault.ts";
import { plural } from "@netchecker/conclude/phrases";
import { isStale, STALE_AFTER_INTERVALS } from "@netchecker/conclude";

/** The parts of a Redis fault that a verdict uses. */
type RedisTold = Pick<RedisFault, "kind" | "sentence">;

/** The state of netchecker itself. Times are milliseconds since 1970. */
export interface OwnState {
  readonly at: number;
  readonly startedAt: number;
  readonly intervalMs: number;
  /** The last closed round; null before there is one. */
  readonly latest: RoundHead | null;
  /** The newest finished round, with or without a result. */
  readonly last: RoundHead | null;
  /** The other netchecker that holds the lease. Null if this one holds it, or if Redis cannot say. */
  readonly holder: OtherHolder | null;
  readonly redis: RedisTold | null;
  /** Null once the API server has answered. Until then, why it has not, as far as that is known. */
  readonly clusterUnseen: { readonly why: string | null } | null;
  /** How many nodes are known. */
  readonly nodes: number;
}

/** The verdict of now. */
export type JudgedNow = Omit<Verdict, "since"> & {
  /** Null if no round tells it. Then the verdict began when it was first given. */
  readonly since: string | null;
};

/**
 * What netchecker knows of the cluster's network now. This is the verdict of the last round, while that round is
 * recent enough. After that it is `unmeasured`, with the reason. Pure.
 */
export function judgeNow(own: OwnState): JudgedNow {
  const { latest, holder, at, intervalMs } = own;
  if (holder)
    return {
      ...unmeasured("lease_held", `${sayHolder(holder)}. This one stands by: ask that one.`),
      since: null,
    };
  if (latest?.verdict && !isStale(latest, at, intervalMs))
    return withRedis(latest.verdict, own.redis);
  const since = latest?.finishedAt ?? new Date(own.startedAt).toISOString();
  return { ...whyUnmeasured(own), since };
}

/** If a round is unmeasured and Redis has a fault, the fault of Redis is the reason, for as long as it lasts. */
function withRedis(verdict: Verdict, redis: RedisTold | null): Verdict {
  if (verdict.verdict !== "unmeasured" || redis === null) return verdict;
  return { ...verdict, reason: REDIS_REASONS[redis.kind], sentence: `${redis.sentence}.` };
}

const unmeasured = (reason: UnmeasuredReason, sentence: string) => ({
  verdict: "unmeasured" as const,
  reason,
  sentence,
});

const REDIS_REASONS = {
  away: "redis_away",
  refuses: "redis_refuses",
  loses_large: "redis_loses_large",
} as const;

interface Obstacle {
  readonly reason: UnmeasuredReason;
  readonly what: string;
}

/** What prevents rounds now. If there are several obstacles, the most certain one. */
function obstacle({ redis, clusterUnseen, nodes }: OwnState): Obstacle | null {
  if (redis) return { reason: REDIS_REASONS[redis.kind], what: `${redis.sentence}.` };
  if (clusterUnseen !== null)
    return {
      reason: "cluster_unseen",
      what: `the API server was never seen since netchecker started: ${clusterUnseen.why ?? "it has not answered yet"}.`,
    };
  if (nodes > 0) return null;
  return {
    reason: "no_nodes",
    what: "no node is known. Look at what the API server lists as nodes, and at which of them run agents.",
  };
}

function whyUnmeasured(own: OwnState) {
  const { last, latest, at, startedAt, intervalMs } = own;
  const found = obstacle(own);
  const closed = latest
    ? `no round has closed since round ${latest.id}`
    : "no round has closed yet";
  const age = at - startedAt;
  // Right after a start, connections and lists are not ready yet. An obstacle counts only after one interval.
  if (found && age > intervalMs) return unmeasured(found.reason, `${closed}: ${found.what}`);
  if (age <= STALE_AFTER_INTERVALS * intervalMs) {
    const first = latest
      ? `netchecker has just started, and its first round is yet to close; the last one before was round ${latest.id}`
      : "the first round is yet to close";
    // Right after a start it is normal that the API server has not answered yet.
    const isTold = found && !(found.reason === "cluster_unseen" && own.clusterUnseen?.why === null);
    return unmeasured("first_round_pending", isTold ? `${first}: ${found.what}` : `${first}.`);
  }
  if (last && last.state !== "closed" && last.failure !== null)
    return unmeasured("rounds_stopped", `${closed}: round ${last.id} ${last.failure}.`);
  return unmeasured(
    "rounds_stopped",
    `${closed}, and one should each ${plural(Math.round(intervalMs / 1_000), "second")}. Look at netchecker's log.`,
  );
}
