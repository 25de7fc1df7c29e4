import { OK_CODE } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import type { Steps } from "@netchecker/round/steps";

/** By agent, microseconds; 0 where nothing was measured. */
export interface PeerLatencies {
  readonly from: Uint32Array;
  readonly towards: Uint32Array;
}

/** Each node's median of the pod echoes that were ok, with all other nodes. What a starved prober measured is left out. */
export function* peerLatencies({ plan, agents, matrices }: ClosedRound): Steps<PeerLatencies> {
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
