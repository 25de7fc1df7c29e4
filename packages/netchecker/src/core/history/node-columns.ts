import { NOT_PROBED_CODE, OK_CODE } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import type { Steps } from "@netchecker/round/steps";
import { peerLatencies } from "./peer-latencies.ts";

/**
 * A round's nodes as numbers, aligned with its agents. Counts are of outcomes between two different nodes,
 * planned ones left out; latencies are medians, microseconds, 0 where nothing was measured.
 */
export interface NodeColumns extends PeerCounts {
  readonly outLatencyUs: Uint32Array;
  readonly inLatencyUs: Uint32Array;
}

interface PeerCounts {
  readonly outFailed: Uint32Array;
  readonly outTotal: Uint32Array;
  readonly inFailed: Uint32Array;
  readonly inTotal: Uint32Array;
}

/** A round → its nodes, in two passes over its outcomes. */
export function* nodeColumns(round: ClosedRound): Steps<NodeColumns> {
  const { from, towards } = yield* peerLatencies(round);
  const counts = yield* countPeers(round);
  return { ...counts, outLatencyUs: from, inLatencyUs: towards };
}

function* countPeers({ plan, matrices }: ClosedRound): Steps<PeerCounts> {
  const zeros = () => new Uint32Array(plan.agents.length);
  const [outFailed, outTotal, inFailed, inTotal] = [zeros(), zeros(), zeros(), zeros()];
  const nodeOf = new Map(plan.agents.map(({ node }, index) => [node, index]));
  for (const type of ["pod", "node"] as const) {
    const targets = plan.targets[type];
    const peers = Int32Array.from(targets, ({ node }) => nodeOf.get(node ?? "") ?? -1);
    const targetPlanned = Uint8Array.from(targets, ({ planned }) => Number(planned !== null));
    const { reasons } = matrices[type];
    let cell = 0;
    for (const [a, { planned }] of plan.agents.entries()) {
      yield;
      for (let t = 0; t < peers.length; t += 1) {
        const code = reasons[cell]!;
        cell += 1;
        const b = peers[t]!;
        if (b === a || b === -1) continue;
        if (code !== OK_CODE) {
          if (planned !== null || targetPlanned[t] === 1) continue;
          if (code !== NOT_PROBED_CODE) {
            outFailed[a]! += 1;
            inFailed[b]! += 1;
          }
        }
        outTotal[a]! += 1;
        inTotal[b]! += 1;
      }
    }
  }
  return { outFailed, outTotal, inFailed, inTotal };
}
