import { type Check, OK_CODE, type TargetType } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { nodeIndex } from "@netchecker/round/node-index";
import type { Steps } from "@netchecker/round/steps";

/**
 * A quarter of the peers is nearer than the first, half than the second, three quarters than the third,
 * microseconds. That some peers drop out or come back moves one of them or two, hardly ever all.
 */
export type Quartiles = [near: number, middle: number, far: number];

/** The latency of the probes towards a node and from it; null where too few worked. */
export interface NodeLatency {
  readonly tcpIn: Quartiles | null;
  readonly tcpOut: Quartiles | null;
  readonly echoIn: Quartiles | null;
  readonly echoOut: Quartiles | null;
}

export const MEASURES = ["tcpIn", "tcpOut", "echoIn", "echoOut"] as const;
export type Measure = (typeof MEASURES)[number];

/** Quartiles of this many are nearly as good as those of a thousand. */
const MOST_SAMPLES = 31;
const FEWEST_SAMPLES = 3;

/** By agent: quartiles over its peers, of first attempts that worked and whose prober was not starved. */
export function* nodeLatencies(round: ClosedRound): Steps<NodeLatency[]> {
  const tcp = yield* quartiles(round, "node", "tcp");
  const echo = yield* quartiles(round, "pod", "echo");
  return round.plan.agents.map((_, n) => ({
    tcpIn: tcp.towards[n]!,
    tcpOut: tcp.from[n]!,
    echoIn: echo.towards[n]!,
    echoOut: echo.from[n]!,
  }));
}

function* quartiles(round: ClosedRound, type: TargetType, check: Check) {
  const { agents, targets } = round.plan;
  const matrix = round.matrices[type];
  const { ofTargets } = nodeIndex(round.plan);
  const columnOf = new Int32Array(agents.length).fill(-1);
  for (const [t, target] of targets[type].entries()) {
    const n = ofTargets[type][t]!;
    if (target.check === check && columnOf[n] === -1) columnOf[n] = t;
  }
  const trusted = agents.map((_, a) => round.agents[a]!.health[type]?.prober.starved === false);
  const samples = new Uint32Array(MOST_SAMPLES);

  const quartilesOf = (n: number, cellOf: (peer: number) => number): Quartiles | null => {
    const peers = agents.length - 1;
    const stride = Math.max(1, Math.floor(peers / MOST_SAMPLES));
    let tried = 0;
    let count = 0;
    for (let step = 1; step <= peers && count < MOST_SAMPLES; step += stride) {
      const cell = cellOf((n + step) % agents.length);
      tried += 1;
      if (cell === -1 || matrix.reasons[cell] !== OK_CODE || matrix.attempts[cell] !== 1) continue;
      if (matrix.latencyUs[cell] === 0) continue;
      samples[count] = matrix.latencyUs[cell]!;
      count += 1;
    }
    if (count < Math.min(FEWEST_SAMPLES, peers) || count < 2) return null;
    // What is left of the peers may be another kind: the near ones alone, or the far ones.
    if (count * 2 < tried) return null;
    const sorted = samples.subarray(0, count).sort();
    // The lower one of two: with half of the peers slow, the node itself is not.
    const quartile = (k: 1 | 2 | 3) => sorted[((count - 1) * k) >> 2]!;
    return [quartile(1), quartile(2), quartile(3)];
  };
  const cell = (from: number, to: number) =>
    trusted[from] && columnOf[to] !== -1 ? matrix.cell(from, columnOf[to]!) : -1;
  const towards: (Quartiles | null)[] = [];
  const from: (Quartiles | null)[] = [];
  for (let n = 0; n < agents.length; n += 1) {
    yield;
    towards.push(quartilesOf(n, (peer) => cell(peer, n)));
    from.push(quartilesOf(n, (peer) => cell(n, peer)));
  }
  return { towards, from };
}
