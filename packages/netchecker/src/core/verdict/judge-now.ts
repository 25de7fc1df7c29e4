import type { RoundHead, UnmeasuredReason, Verdict } from "@netchecker/contract";
import { type OtherHolder, sayHolder } from "../lease-holder.ts";
import { plural } from "../text-view/phrases.ts";
import { isStale } from "./is-stale.ts";

/** What keeps Redis from doing what netchecker needs. */
interface RedisTrouble {
  /** away: it does not answer. refuses: it answers, and says no. loses_large: large commands get lost. */
  readonly kind: "away" | "refuses" | "loses_large";
  /** What is wrong and what to do, a sentence without a full stop at its end. */
  readonly sentence: string;
}

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
  readonly redis: RedisTrouble | null;
  /** Null once the API server was seen; else why it was not. */
  readonly clusterUnseen: string | null;
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
  if (latest?.verdict && !isStale(latest, at, intervalMs)) return latest.verdict;
  const since = latest?.finishedAt ?? new Date(own.startedAt).toISOString();
  return { ...whyUnmeasured(own), since };
}

const unmeasured = (reason: UnmeasuredReason, sentence: string) => ({
  verdict: "unmeasured" as const,
  reason,
  sentence,
});

/** The most certain reason first: what keeps rounds from being opened, then what became of the last one. */
function whyUnmeasured({
  redis,
  clusterUnseen,
  nodes,
  last,
  latest,
  at,
  startedAt,
  intervalMs,
}: OwnState) {
  const closed = latest
    ? `no round has closed since round ${latest.id}`
    : "no round has closed yet";
  if (redis)
    return unmeasured(
      ({ away: "redis_away", refuses: "redis_refuses", loses_large: "redis_loses_large" } as const)[
        redis.kind
      ],
      `${closed}: ${redis.sentence}.`,
    );
  // The first list takes a moment.
  if (clusterUnseen !== null && at - startedAt <= intervalMs)
    return unmeasured(
      "first_round_pending",
      "the cluster is being listed, and the first round is yet to open.",
    );
  if (clusterUnseen !== null)
    return unmeasured(
      "cluster_unseen",
      `${closed}: the API server was never seen since netchecker started: ${clusterUnseen}.`,
    );
  if (nodes === 0)
    return unmeasured(
      "no_nodes",
      `${closed}: no node is known. Look at what the API server lists as nodes, and at which of them run agents.`,
    );
  const isNew = at - startedAt <= 3 * intervalMs;
  if (last && last.state !== "closed" && last.failure !== null && !isNew)
    return unmeasured("rounds_stopped", `${closed}: round ${last.id} ${last.failure}.`);
  if (latest === null || isNew)
    return unmeasured(
      "first_round_pending",
      latest === null
        ? "the first round is yet to close."
        : `netchecker has just started: its first round is yet to close. The last one before was round ${latest.id}.`,
    );
  return unmeasured(
    "rounds_stopped",
    `${closed}, and one should each ${plural(Math.round(intervalMs / 1_000), "second")}. Look at netchecker's log.`,
  );
}
