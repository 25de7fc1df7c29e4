import type { RoundHead } from "@netchecker/contract";

/** One round as netchecker described it last, and what clients saw of it. */
export interface SeenRound {
  readonly head: RoundHead;
  /** When it was first served as closed and stored. Null if it never was. */
  readonly servedAt: number | null;
  /** When the last of its reports was sent. Null if some were not sent, for example because the machine was too busy. */
  readonly sentAt: number | null;
}

/** The result of the rounds of a stretch of time. */
export interface RoundsSummary {
  readonly due: number;
  /** Why each lost round was lost, in a few words. */
  readonly lost: readonly string[];
}

interface Stretch {
  readonly since: number;
  readonly until: number;
  readonly intervalMs: number;
  /** Whether a round without all agents' reports is lost. */
  readonly complete: boolean;
}

/** If more intervals than this pass without a start, a round is missing. */
const MAX_INTERVALS_BETWEEN_STARTS = 1.5;

/** One round is due per interval. It is lost unless it is closed, stored, complete, and served within its interval. */
export function judgeRounds(rounds: readonly SeenRound[], stretch: Stretch): RoundsSummary {
  const { since, until, intervalMs } = stretch;
  const started = rounds
    .map((round) => ({ ...round, at: Date.parse(round.head.startedAt) }))
    .filter(({ at }) => at >= since && at < until)
    .sort((a, b) => a.at - b.at);
  const lost: string[] = [];
  let before = since;
  for (const at of [...started.map((each) => each.at), until]) {
    const intervals = (at - before) / intervalMs;
    const missing =
      intervals > MAX_INTERVALS_BETWEEN_STARTS ? Math.max(1, Math.round(intervals) - 1) : 0;
    lost.push(...Array.from({ length: missing }, () => "a round did not start"));
    before = at;
  }
  for (const round of started) {
    const isOpen = round.head.state === "open" && round.at > until - intervalMs;
    const fault = isOpen ? null : faultOf(round, round.at, stretch);
    if (fault !== null) lost.push(`round ${round.head.id} ${fault}`);
  }
  return { due: Math.floor((until - since) / intervalMs), lost };
}

function faultOf(
  { head, servedAt, sentAt }: SeenRound,
  at: number,
  { intervalMs, complete }: Stretch,
): string | null {
  const { state, stored, failure, expected, reported } = head;
  if (state !== "closed") return failure === null ? state : `${state}: ${failure}`;
  if (!stored) return "not stored";
  const inTime = (sentAt ?? Infinity) < Date.parse(head.finishedAt ?? "");
  if (complete && inTime && reported < expected)
    return `without ${expected - reported} agents' reports`;
  if (servedAt === null) return "not served";
  const servedMs = servedAt - at;
  return servedMs > intervalMs ? `served after ${(servedMs / 1000).toFixed(1)} s` : null;
}
