import type { Cause } from "@netchecker/contract";
import type { ClusterView } from "@netchecker/round/cluster-view";
import { findCauses } from "../../src/causes/find-causes.ts";
import { emptyLatencyHistory } from "../../src/evidence/latency-history.ts";
import { aClosedRound, aView, type Fault, under } from "@netchecker/round/testing/a-round";

export interface Given {
  readonly view?: ClusterView;
  readonly silent?: readonly string[];
  readonly redisAway?: boolean;
}

/** The causes that are found in one round of a cluster with some faults. */
export function causesOf(nodes: number, faults: readonly Fault[], given: Given = {}): Cause[] {
  const view = given.view ?? aView(nodes);
  const round = aClosedRound(view, {
    finds: under(...faults),
    silent: given.silent ?? [],
    run: { redisAway: given.redisAway ?? false },
  });
  return findCauses(round, view, emptyLatencyHistory());
}

/** Each cause in a line: `critical pod-network [node-3] [] in pod-network`. */
export function inShort(nodes: number, faults: readonly Fault[], given: Given = {}): string[] {
  return causesOf(nodes, faults, given).map(
    ({ kind, nodes: at, peers, direction, layer, severity }) =>
      `${severity} ${kind} [${at.join()}] [${peers.join()}] ${direction} ${layer}`,
  );
}
