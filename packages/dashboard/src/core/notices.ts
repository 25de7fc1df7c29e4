import type { State, UnmeasuredReason } from "@netchecker/contract";
import { lasted } from "./age.ts";
import type { Connection } from "./connection.ts";

export interface Notice {
  readonly key: string;
  readonly text: string;
  readonly grave: boolean;
}

/** If the verdict has one of these reasons, its sentence already says what the notice would say. */
const SAID: Record<"redis" | "cluster" | "failed", readonly UnmeasuredReason[]> = {
  redis: ["redis_away", "redis_refuses", "redis_loses_large"],
  cluster: ["cluster_unseen", "no_nodes"],
  failed: [
    "rounds_stopped",
    "redis_away",
    "redis_refuses",
    "redis_loses_large",
    "lease_held",
    "cluster_unseen",
    "no_nodes",
  ],
};

/**
 * What a reader must know besides the first line. `isNow` says whether the first line is about now.
 * The line of a past round does not say that netchecker is away. `now` is netchecker's clock, in
 * milliseconds since 1970.
 */
export function noticesOf(
  state: State | null,
  connection: Connection,
  isNow: boolean,
  now: number,
): Notice[] {
  const notices: Notice[] = [];
  const since = (at: number | string) => lasted(now - new Date(at).getTime());
  const grave = (key: string, text: string) => notices.push({ key, text, grave: true });
  const light = (key: string, text: string) => notices.push({ key, text, grave: false });
  if (connection.is === "lost" || connection.is === "standing-by") {
    if (!isNow && connection.is === "lost")
      grave(
        "unreachable",
        `netchecker has not answered for ${since(connection.since)}: ${connection.why}`,
      );
    if (!isNow && connection.is === "standing-by") grave("standing-by", connection.why);
    // netchecker does not answer, so its last state is old.
    return notices;
  }
  if (!state) return notices;
  const { reason } = state.verdict;
  const isSaid = (what: keyof typeof SAID) =>
    isNow && reason !== null && SAID[what].includes(reason);
  if (state.redisAwaySince && !isSaid("redis"))
    light(
      "redis",
      `Redis has not answered for ${since(state.redisAwaySince)}: no round can run until it is back.`,
    );
  if (!state.clusterSynced) {
    if (!isSaid("cluster"))
      light("cluster", "The API server has not listed the cluster yet: no round can run before.");
  } else if (state.clusterViewStaleSince)
    light(
      "view",
      `The API server has not answered for ${since(state.clusterViewStaleSince)}: nodes and pods that came since are not probed.`,
    );
  const { last } = state;
  if (last && last.state !== "closed" && last.id !== state.shown?.id && !isSaid("failed"))
    light("failed", `Round ${last.id} has no result: it ${LAST_WORDS[last.state]}.`);
  return notices;
}

const LAST_WORDS = {
  open: "is still open",
  measured: "is still being concluded",
  closed: "closed",
  failed: "could not be published",
  abandoned: "was abandoned, because netchecker ended while it was open",
} as const;
