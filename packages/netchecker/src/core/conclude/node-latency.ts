import { type Check, OK_CODE, type TargetType } from "@netchecker/contract";
import type { ClosedRound } from "../closed-round.ts";

/** The typical latency of the probes towards a node and from it, microseconds; null where too few worked. */
export interface NodeLatency {
  readonly tcpIn: number | null;
  readonly tcpOut: number | null;
  readonly echoIn: number | null;
  readonly echoOut: number | null;
}

export const MEASURES = ["tcpIn", "tcpOut", "echoIn", "echoOut"] as const;
export type Measure = (typeof MEASURES)[number];

/** A median of this many is nearly as good as one of a thousand. */
const MOST_SAMPLES = 31;
const FEWEST_SAMPLES = 3;

/** By agent: medians over its peers, of first attempts that worked and whose prober was not starved. */
export function nodeLatencies(round: ClosedRound): NodeLatency[] {
  const tcp = medians(round, "node", "tcp");
  const echo = medians(round, "pod", "echo");
  return round.plan.agents.map((_, n) => ({
    tcpIn: tcp.towards[n]!,
    tcpOut: tcp.from[n]!,
    echoIn: echo.towards[n]!,
    echoOut: echo.from[n]!,
  }));
}

function medians(round: ClosedRound, type: TargetType, check: Check) {
  const { agents, targets } = round.plan;
  const matrix = round.matrices[type];
  const agentOf = new Map(agents.map(({ node }, index) => [node, index]));
  const columnOf = new Int32Array(agents.length).fill(-1);
  for (const [t, target] of targets[type].entries()) {
    const n = target.check === check ? agentOf.get(target.node ?? "") : undefined;
    if (n !== undefined && columnOf[n] === -1) columnOf[n] = t;
  }
  const trusted = agents.map((_, a) => round.agents[a]!.health[type]?.prober.starved === false);
  const samples = new Uint32Array(MOST_SAMPLES);

  const median = (n: number, cellOf: (peer: number) => number): number | null => {
    const peers = agents.length - 1;
    const stride = Math.max(1, Math.floor(peers / MOST_SAMPLES));
    let count = 0;
    for (let step = 1; step <= peers && count < MOST_SAMPLES; step += stride) {
      const cell = cellOf((n + step) % agents.length);
      if (cell === -1 || matrix.reasons[cell] !== OK_CODE || matrix.attempts[cell] !== 1) continue;
      if (matrix.latencyUs[cell] === 0) continue;
      samples[count] = matrix.latencyUs[cell]!;
      count += 1;
    }
    if (count < Math.min(FEWEST_SAMPLES, peers) || count < 2) return null;
    const sorted = samples.subarray(0, count).sort();
    // The lower one of two: with half of the peers slow, the node itself is not.
    return sorted[(count - 1) >> 1]!;
  };
  const cell = (from: number, to: number) =>
    trusted[from] && columnOf[to] !== -1 ? matrix.cell(from, columnOf[to]!) : -1;
  return {
    towards: agents.map((_, n) => median(n, (peer) => cell(peer, n))),
    from: agents.map((_, n) => median(n, (peer) => cell(n, peer))),
  };
}
