import type { ClosedRound } from "../core/closed-round.ts";
import type { Served } from "./served.ts";
import { HttpError } from "./errors.ts";

/** The last closed round; before there is one, a 503 that says when to come back. */
export function latestRound({ keeper, intervalMs, synced, redisAwaySince }: Served): ClosedRound {
  if (keeper.latest) return keeper.latest;
  const seconds = Math.max(1, Math.ceil(intervalMs / 1000));
  const why = !synced()
    ? "The cluster has not been listed yet."
    : redisAwaySince() === null
      ? "The first round has not closed yet."
      : "Redis is away, so no round can be run.";
  throw new HttpError(503, "no_round_yet", `${why} Try again in ${seconds} s.`, {
    "retry-after": String(seconds),
  });
}

/** A kept round with a result; where there is none, an error that says which it is instead. */
export async function keptRound({ keeper, openRound }: Served, id: number): Promise<ClosedRound> {
  const round = await fromHistory(() => keeper.round(id));
  if (round) return round;
  const state =
    openRound()?.id === id ? "open" : (await fromHistory(() => keeper.head(id)))?.head.state;
  if (!state) throw noSuchRound(id);
  throw new HttpError(404, "no_results", `Round ${id} is ${state}: it has no results.`);
}

export function noSuchRound(id: number): HttpError {
  const message = `There is no round ${id}, or it is no longer kept; see /rounds.`;
  return new HttpError(404, "no_such_round", message);
}

/** What only Redis could answer: a 503 while it is away. */
export async function fromHistory<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    const why = `Redis cannot be asked: ${(cause as Error).message}. /results has the last round.`;
    throw new HttpError(503, "redis_away", why, { "retry-after": "5" });
  }
}
