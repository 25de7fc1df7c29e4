import type { ClosedRound } from "@netchecker/round/closed-round";
import { entryOf } from "@netchecker/round/entry-of";
import type { Steps } from "@netchecker/round/steps";
import { MEASURES, nodeLatencies, type NodeLatency, type Quartiles } from "./node-latency.ts";

/** What is usual for a node, and from how many rounds that is known. */
interface UsualLatency extends NodeLatency {
  readonly rounds: number;
}

/** What is usual for each node, by name: a few numbers a node, plain JSON. */
export interface LatencyHistory {
  readonly nodes: Readonly<Record<string, UsualLatency>>;
}

export function emptyLatencyHistory(): LatencyHistory {
  return { nodes: {} };
}

/** How fast the usual follows, once it is known. */
const FOLLOWS = 0.1;
/** What suddenly is far slower is no new usual: at this share a round, three times takes two hours. */
const MOST_GROWTH = 0.01;
/** Rounds after which the usual is known well enough to be compared with. */
export const SETTLED_ROUNDS = 3;

/** The history with one round more. Nodes that are gone are forgotten. Pure. */
export function* extendHistory(history: LatencyHistory, round: ClosedRound): Steps<LatencyHistory> {
  const latencies = yield* nodeLatencies(round);
  return {
    nodes: Object.fromEntries(
      round.plan.agents.map(({ node }, index) => {
        const known = entryOf(history.nodes, node);
        const now = latencies[index]!;
        return [node, known ? follow(known, now) : { ...now, rounds: 1 }];
      }),
    ),
  };
}

function follow(usual: UsualLatency, now: NodeLatency): UsualLatency {
  const next = { ...usual, rounds: Math.min(usual.rounds + 1, SETTLED_ROUNDS) };
  const settled = usual.rounds >= SETTLED_ROUNDS;
  for (const measure of MEASURES) {
    const was = usual[measure];
    const is = now[measure];
    if (is === null) continue;
    next[measure] = was === null ? is : followQuartiles(was, is, settled);
  }
  return next;
}

function followQuartiles(was: Quartiles, is: Quartiles, settled: boolean): Quartiles {
  const step = (k: 0 | 1 | 2) =>
    Math.round(
      settled
        ? Math.min(was[k] + (is[k] - was[k]) * FOLLOWS, was[k] * (1 + MOST_GROWTH) + 1)
        : (was[k] + is[k]) / 2,
    );
  return [step(0), step(1), step(2)];
}
