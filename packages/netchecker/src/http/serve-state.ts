import type { RoundHead, State } from "@netchecker/contract";
import { isoTime } from "@netchecker/round/iso-time";
import type { Served } from "./served.ts";

const timeOrNull = (time: number | null): string | null => (time === null ? null : isoTime(time));

const endOf = ({ finishedAt, startedAt }: RoundHead): string => finishedAt ?? startedAt;

/** The present state of netchecker itself. */
export function stateOf(served: Served): State {
  const { last, latest } = served.keeper;
  const open = served.openRound();
  return {
    now: isoTime(Date.now()),
    verdict: served.verdict(),
    intervalMs: served.intervalMs,
    last: last && { id: last.id, state: last.state, at: endOf(last) },
    shown: latest && { id: latest.head.id, at: endOf(latest.head) },
    open: open && { id: open.id, startedAt: isoTime(open.startedAt) },
    clusterSynced: served.synced(),
    clusterViewStaleSince: timeOrNull(served.clusterStaleSince()),
    redisAwaySince: timeOrNull(served.redisAwaySince()),
  };
}
