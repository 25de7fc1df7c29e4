import type { Cause } from "@netchecker/contract";
import type { ClosedRound } from "../closed-round.ts";
import type { ClusterView } from "../cluster-view.ts";
import type { LatencyHistory } from "./latency-history.ts";

/** One round → its causes, most severe first. Pure. */
export function findCauses(
  _round: ClosedRound,
  _view: ClusterView,
  _history: LatencyHistory,
): Cause[] {
  return [];
}
