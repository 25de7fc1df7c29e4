import type { ClosedRound } from "../core/closed-round.ts";
import type { Served } from "./served.ts";
import { capitalized } from "../core/text-view/phrases.ts";
import { HttpError } from "./errors.ts";

/** The last closed round, as long as it says something of now; else a 503 that says why it does not. */
export function latestRound(served: Served): ClosedRound {
  const { latest } = served.keeper;
  if (latest && !served.isStale()) return latest;
  throw unmeasured(served);
}

/** The last closed round, where anything was measured now; else a 503. For those who know no verdict. */
export function measuredRound(served: Served): ClosedRound {
  if (served.verdict().verdict === "unmeasured") throw unmeasured(served);
  return latestRound(served);
}

/** The last closed round, however old: for pictures, which show the verdict beside it. */
export function lastRound(served: Served): ClosedRound {
  const { latest } = served.keeper;
  if (latest) return latest;
  throw unmeasured(served);
}

/** Why nothing is said of now, with the last round beside it where there is one. */
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
    const why = `Redis cannot be asked: ${(cause as Error).message}. /verdict says what netchecker knows now.`;
    throw new HttpError(503, "redis_away", why, { "retry-after": "5" });
  }
}
