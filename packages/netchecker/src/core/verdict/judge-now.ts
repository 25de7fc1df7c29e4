import type { RoundHead, UnmeasuredReason, Verdict } from "@netchecker/contract";
import { type OtherHolder, sayHolder } from "../lease-holder.ts";
import type { RedisFault } from "../redis-fault.ts";
import { plural } from "@netchecker/conclude/phrases";
import { isStale, STALE_AFTER_INTERVALS } from "@netchecker/conclude";

/** What is wrong with Redis, as far as a verdict tells it. */
type RedisTold = Pick<RedisFault, "kind" | "sentence">;

/** What netchecker knows of itself. Times are milliseconds since 1970. */
export interface OwnState {
  readonly at: number;
  readonly startedAt: number;
  readonly intervalMs: number;
  /** The last closed round; null before there is one. */
  readonly latest: RoundHead | null;
  /** The newest round that is over, with or without a result. */
  readonly last: RoundHead | null;
  /** Who holds the lease instead; null where this netchecker does, or Redis cannot say. */
  readonly holder: OtherHolder | null;
  readonly redis: RedisTold | null;
  /** Null once the API server was seen; else why it was not, as far as that is known. */
  readonly clusterUnseen: { readonly why: string | null } | null;
  /** How many nodes are known. */
  readonly nodes: number;
}

/** Now's verdict, as far as it is known since when. */
export type JudgedNow = Omit<Verdict, "since"> & {
  /** Null where nothing that is kept tells: since the word was first said. */
  readonly since: string | null;
};

/**
 * What netchecker knows of the cluster's network now: what the last round came to, as long as it speaks of
 * now; else that it cannot know, and why. Pure.
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

/** Of a round that nobody could report in Redis' trouble is the reason, as long as it lasts. */
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

/** What keeps rounds from being opened now; the most certain first. */
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
  // Connections and lists take a moment: what is in the way of the very first round may be gone at once.
  if (found && age > intervalMs) return unmeasured(found.reason, `${closed}: ${found.what}`);
  if (age <= STALE_AFTER_INTERVALS * intervalMs) {
    const first = latest
      ? `netchecker has just started, and its first round is yet to close; the last one before was round ${latest.id}`
      : "the first round is yet to close";
    // That the API server has not answered yet is no news at a start.
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
