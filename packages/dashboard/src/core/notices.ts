import type { State } from "@netchecker/contract";
import { duration } from "./age.ts";

/** How the page gets its news. */
export type Connection =
  | { readonly is: "connecting" }
  | { readonly is: "live" }
  /** Server-sent events fail; it asks every few seconds. */
  | { readonly is: "polling" }
  /** netchecker does not answer at all. */
  | { readonly is: "lost"; readonly since: number; readonly why: string };

export interface Notice {
  readonly key: string;
  readonly text: string;
  readonly grave: boolean;
}

/** In whole seconds: what ticks. */
const lasted = (ms: number) => duration(Math.max(0, Math.floor(ms / 1_000)) * 1_000);

/** What a reader must know before believing the page. `now` is netchecker's clock, milliseconds since 1970. */
export function noticesOf(state: State | null, connection: Connection, now: number): Notice[] {
  const notices: Notice[] = [];
  const grave = (key: string, text: string) => notices.push({ key, text, grave: true });
  const since = (at: number | string) => lasted(now - new Date(at).getTime());
  const light = (key: string, text: string) => notices.push({ key, text, grave: false });
  if (connection.is === "lost")
    grave(
      "unreachable",
      `netchecker has not answered for ${since(connection.since)}: ${connection.why} What you see is the last that it told.`,
    );
  if (!state) return notices;
  if (state.redisAwaySince)
    grave(
      "redis",
      `Redis has been away for ${since(state.redisAwaySince)}: no round can run until it is back.`,
    );
  if (!state.clusterSynced)
    grave("cluster", "The cluster has not been listed yet: no round can run before.");
  else if (state.clusterViewStaleSince)
    light(
      "view",
      `The API server has not answered for ${since(state.clusterViewStaleSince)}: nodes and pods that came since are not probed.`,
    );
  const age = state.shown ? now - Date.parse(state.shown.at) : 0;
  if (state.shown && age > 2 * state.intervalMs)
    grave(
      "stale",
      `This is old: the last round with a result ended ${lasted(age)} ago, and there should be one every ${duration(state.intervalMs)}.`,
    );
  if (state.last && state.last.state !== "closed" && state.last.id !== state.shown?.id)
    light("failed", `Round ${state.last.id} has no result: it ${LAST_WORDS[state.last.state]}.`);
  return notices;
}

const LAST_WORDS = {
  open: "is still open",
  closed: "closed",
  failed: "could not be published",
  abandoned: "was abandoned, because netchecker ended while it was open",
} as const;
