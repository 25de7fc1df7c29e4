import { OK_CODE } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { nodeIndex } from "@netchecker/round/node-index";
import type { Steps } from "@netchecker/round/steps";

/** By agent, in microseconds; 0 if nothing was measured. */
export interface PeerLatencies {
  readonly from: Uint32Array;
  readonly towards: Uint32Array;
}

/** Each node's median latency of pod echoes from and to all other nodes. Starved agents' latencies do not count. */
export function* peerLatencies({ plan, agents, matrices }: ClosedRound): Steps<PeerLatencies> {
  const { reasons, latencyUs, targets } = matrices.pod;
  const peers = nodeIndex(plan).ofTargets.pod;
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
