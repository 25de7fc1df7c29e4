import { latencyCode, type NodeMoment, NOT_PROBED_CODE, OK_CODE } from "@netchecker/contract";
import type { ClosedRound } from "../closed-round.ts";
import { peerLatencies } from "./peer-latencies.ts";

/**
 * What is kept of each node as long as its round is: columns aligned with `nodes`. Counts are of
 * outcomes between two different nodes, planned ones left out; latencies are codes of medians.
 */
export interface NodeColumns {
  readonly startedAt: string;
  readonly nodes: readonly string[];
  readonly agent: readonly NodeMoment["agent"][];
  readonly outFailed: readonly number[];
  readonly outTotal: readonly number[];
  readonly inFailed: readonly number[];
  readonly inTotal: readonly number[];
  readonly outLatency: readonly number[];
  readonly inLatency: readonly number[];
}

/** A round → its nodes, in two passes over its outcomes. */
export function nodeColumns(round: ClosedRound): NodeColumns {
  const { head, plan } = round;
  const missing = new Map(head.missing.map(({ node, why }) => [node, why]));
  const latencies = peerLatencies(round);
  const codes = (latencyUs: Uint32Array) => Array.from(latencyUs, (us) => latencyCode(us / 1000));
  return {
    startedAt: head.startedAt,
    nodes: plan.agents.map(({ node }) => node),
    agent: plan.agents.map(({ node }) => missing.get(node) ?? "reported"),
    ...countPeers(round),
    outLatency: codes(latencies.from),
    inLatency: codes(latencies.towards),
  };
}

function countPeers({ plan, matrices }: ClosedRound) {
  const zeros = () => new Uint32Array(plan.agents.length);
  const [outFailed, outTotal, inFailed, inTotal] = [zeros(), zeros(), zeros(), zeros()];
  const nodeOf = new Map(plan.agents.map(({ node }, index) => [node, index]));
  for (const type of ["pod", "node"] as const) {
    const targets = plan.targets[type];
    const peers = Int32Array.from(targets, ({ node }) => nodeOf.get(node ?? "") ?? -1);
    const planned = Uint8Array.from(targets, ({ expected }) => Number(expected !== null));
    const { reasons } = matrices[type];
    let cell = 0;
    for (const [a, { expected }] of plan.agents.entries())
      for (let t = 0; t < peers.length; t += 1) {
        const code = reasons[cell]!;
        cell += 1;
        const b = peers[t]!;
        if (b === a || b === -1) continue;
        if (code !== OK_CODE) {
          if (expected !== null || planned[t] === 1) continue;
          if (code !== NOT_PROBED_CODE) {
            outFailed[a]! += 1;
            inFailed[b]! += 1;
          }
        }
        outTotal[a]! += 1;
        inTotal[b]! += 1;
      }
  }
  return {
    outFailed: [...outFailed],
    outTotal: [...outTotal],
    inFailed: [...inFailed],
    inTotal: [...inTotal],
  };
}
