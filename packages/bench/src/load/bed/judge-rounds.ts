import type { RoundHead } from "@netchecker/contract";

/** One round as it was last told, and what was seen of it from outside. */
export interface SeenRound {
  readonly head: RoundHead;
  /** When it was first served as closed and stored; null: never. */
  readonly servedAt: number | null;
  /** When the last of its reports was out; null: they were not all, which on a busy machine is no fault of netchecker's. */
  readonly sentAt: number | null;
}

/** What became of the rounds of a stretch of time. */
export interface RoundsSummary {
  readonly due: number;
  /** Each that was lost, in a few words. */
  readonly lost: readonly string[];
}

interface Stretch {
  readonly since: number;
  readonly until: number;
  readonly intervalMs: number;
  /** Whether each agent has to be heard. */
  readonly complete: boolean;
}

/** So many intervals without the begin of a round are one in which it is missing. */
const LATE_BY = 1.5;

/** A round is due each interval. It is kept where it is closed, stored, complete, and served within its interval. */
export function judgeRounds(rounds: readonly SeenRound[], stretch: Stretch): RoundsSummary {
  const { since, until, intervalMs } = stretch;
  const began = rounds
    .map((round) => ({ ...round, at: Date.parse(round.head.startedAt) }))
    .filter(({ at }) => at >= since && at < until)
    .sort((a, b) => a.at - b.at);
  const lost: string[] = [];
  let before = since;
  for (const at of [...began.map((each) => each.at), until]) {
    const intervals = (at - before) / intervalMs;
    const missing = intervals > LATE_BY ? Math.max(1, Math.round(intervals) - 1) : 0;
    lost.push(...Array.from({ length: missing }, () => "one was not begun"));
    before = at;
  }
  for (const round of began) {
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
