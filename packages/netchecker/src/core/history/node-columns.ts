import { NOT_PROBED_CODE, OK_CODE } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import type { Steps } from "@netchecker/round/steps";

/**
 * A round's nodes as numbers, aligned with its agents. Counts are of outcomes between two different nodes, without
 * planned ones. Latencies are medians in microseconds; 0 if nothing was measured.
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

/** Counts a round's nodes in two passes over its outcomes. */
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

/** By agent, in microseconds; 0 if nothing was measured. */
interface PeerLatencies {
  readonly from: Uint32Array;
  readonly towards: Uint32Array;
}

/** Each node's median latency of pod echoes from and to all other nodes. Starved agents' latencies do not count. */
function* peerLatencies({ plan, agents, matrices }: ClosedRound): Steps<PeerLatencies> {
  const { reasons, latencyUs, targets } = matrices.pod;
  const nodeOf = new Map(plan.agents.map(({ node }, index) => [node, index]));
  const peers = Int32Array.from(plan.targets.pod, ({ node }) => nodeOf.get(node ?? "") ?? -1);
  const columns = plan.agents.map((): number[] => []);
  for (const [t, n] of peers.entries()) columns[n]?.push(t);
  const trusted = agents.map(({ health }) => health.pod?.prober.starved === false);
  const samples = new Uint32Array(
    Math.max(targets, 1, ...columns.map(({ length }) => length * agents.length)),
  );
  let count = 0;

  const take = (a: number, t: number): void => {
    const cell = a * targets + t;
    if (reasons[cell] !== OK_CODE || latencyUs[cell] === 0) return;
    samples[count] = latencyUs[cell]!;
    count += 1;
  };
  const median = (): number => {
    const sorted = samples.subarray(0, count).sort();
    count = 0;
    return sorted[(sorted.length - 1) >> 1] ?? 0;
  };
  const from = new Uint32Array(agents.length);
  const towards = new Uint32Array(agents.length);
  for (let n = 0; n < agents.length; n += 1) {
    yield;
    if (trusted[n]) for (let t = 0; t < targets; t += 1) if (peers[t] !== n) take(n, t);
    from[n] = median();
    for (const t of columns[n]!)
      for (let a = 0; a < agents.length; a += 1) if (a !== n && trusted[a]) take(a, t);
    towards[n] = median();
  }
  return { from, towards };
}
