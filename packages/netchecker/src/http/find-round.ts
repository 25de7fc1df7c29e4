import type { RoundHead } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { capitalized } from "@netchecker/conclude/phrases";
import { busy } from "./answers/answers.ts";
import { FullError, type Held } from "./answers/bounded-cache.ts";
import type { Api } from "./api.ts";
import { HttpError } from "./http-error.ts";
import type { Served } from "./served.ts";

/** A round to answer about. An old round is read from Redis when `open` is called, and released after the answer. */
export interface ServedRound {
  readonly head: RoundHead;
  open(): Promise<Held<ClosedRound>>;
}

/** A round that is in memory anyway. */
export const inMemory = (round: ClosedRound): ServedRound => ({
  head: round.head,
  open: async () => ({ value: round, release: () => {} }),
});

/** The last closed round, if it is recent enough. Throws a 503 with the reason otherwise. */
export function latestRound(served: Served): ClosedRound {
  const { latest } = served.keeper;
  if (latest && !served.isStale()) return latest;
  throw unmeasured(served);
}

/**
 * The last closed round, unless the verdict is `unmeasured`, which is a 503. For clients that do not know verdicts.
 */
export function measuredRound(served: Served): ClosedRound {
  if (served.verdict().verdict === "unmeasured") throw unmeasured(served);
  return latestRound(served);
}

/** The last closed round, however old. For the page, which shows the verdict beside it. */
export function lastRound(served: Served): ClosedRound {
  const { latest } = served.keeper;
  if (latest) return latest;
  throw unmeasured(served);
}

/** A 503 with the verdict and, if there is one, the last round. */
function unmeasured(served: Served): HttpError {
  const { keeper, intervalMs } = served;
  const { latest } = keeper;
  const verdict = served.verdict();
  const seconds = Math.max(1, Math.ceil(intervalMs / 1000));
  const again = `Try again in ${seconds} s.`;
  const old = latest
    ? {
        round: latest.head,
        url: `/rounds/${latest.head.id}/results`,
        findings: latest.findings,
      }
    : {};
  return new HttpError(
    503,
    latest ? "unmeasured" : "no_round_yet",
    `${capitalized(verdict.sentence)} ${again}`,
    { "retry-after": String(seconds) },
    { verdict, ...old },
  );
}

/** A kept round with a result. Throws a 404 if there is no such round, or if it has no result. */
export async function keptRound(api: Api, id: number): Promise<ServedRound> {
  const { keeper, openRound, oldRounds } = api;
  const { latest } = keeper;
  if (latest?.head.id === id) return inMemory(latest);
  const head = (await fromHistory(() => keeper.head(id)))?.head;
  const state = openRound()?.id === id ? "open" : head?.state;
  if (!state) throw noSuchRound(id);
  const none = () =>
    new HttpError(404, "no_results", `Round ${id} is ${state}: it has no results.`);
  if (!head || state !== "closed") throw none();
  const open = async () => {
    const held = await fromHistory(() => oldRounds.hold(head));
    if (held.value) return held as Held<ClosedRound>;
    held.release();
    throw none();
  };
  return { head, open };
}

export function noSuchRound(id: number): HttpError {
  const message = `There is no round ${id}, or it is no longer kept; see /rounds.`;
  return new HttpError(404, "no_such_round", message);
}

/** Asks Redis. Throws a 503 if Redis is away, or if too many ask. */
export async function fromHistory<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof FullError) throw busy();
    const why = `Redis cannot be asked: ${(cause as Error).message}. /verdict says what netchecker knows now.`;
    throw new HttpError(503, "redis_away", why, { "retry-after": "5" });
  }
}
