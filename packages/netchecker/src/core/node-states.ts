import {
  countCell,
  type Counts,
  type PlannedWhy,
  TARGET_TYPES,
  type TargetType,
} from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { NOT_KEPT_CODE } from "@netchecker/round/outcome-matrix";
import type { Steps } from "@netchecker/round/steps";

/** One node in a round: its agent, what it reached, who reached it. */
export interface NodeState {
  readonly node: string;
  readonly pod: string | null;
  /** `reported`, or why its agent is missing. */
  readonly agent: string;
  readonly planned: PlannedWhy | null;
  /** What its agent found, by type. */
  readonly from: Readonly<Record<TargetType, Counts>>;
  /** What all agents found of it: its pong pod and the node itself. */
  readonly to: Readonly<Record<"pod" | "node", Counts>>;
}

type MutableCounts = { -readonly [K in keyof Counts]: Counts[K] };

const noCounts = (): MutableCounts => ({ total: 0, ok: 0, failed: 0, unknown: 0, planned: 0 });

/** By a round's outcomes: each scrape asks for those of the last round, and so does each reader of it. */
const known = new WeakMap<ClosedRound["matrices"], readonly NodeState[]>();

/** The state of every node of a round, in one pass over its outcomes; a round is passed over once. */
export function* nodeStates(round: ClosedRound): Steps<readonly NodeState[]> {
  const states = known.get(round.matrices) ?? (yield* countStates(round));
  known.set(round.matrices, states);
  return states;
}

function* countStates(round: ClosedRound): Steps<readonly NodeState[]> {
  const missing = new Map(round.head.missing.map(({ node, why }) => [node, why]));
  const states = round.plan.agents.map(({ node, pod, planned }) => ({
    node,
    pod,
    agent: missing.get(node) ?? "reported",
    planned,
    from: { pod: noCounts(), node: noCounts(), service: noCounts(), external: noCounts() },
    to: { pod: noCounts(), node: noCounts() },
  }));
  const byNode = new Map(states.map((state) => [state.node, state]));
  for (const type of TARGET_TYPES) {
    const { reasons } = round.matrices[type];
    const targets = round.plan.targets[type];
    const columns = targets.map(({ node }) =>
      type === "pod" || type === "node" ? byNode.get(node ?? "")?.to[type] : undefined,
    );
    // A million cells and more, by a process that does not optimize: no object is made for one.
    let cell = 0;
    for (const { from, planned } of states) {
      const row = from[type];
      for (let target = 0; target < targets.length; target += 1) {
        const code = reasons[cell]!;
        cell += 1;
        if (code === NOT_KEPT_CODE) continue;
        const what = countCell(code, planned, targets[target]!.planned);
        row[what] += 1;
        const column = columns[target];
        if (column) column[what] += 1;
      }
      yield;
    }
  }
  for (const { from, to } of states)
    for (const counts of [...Object.values(from), ...Object.values(to)])
      counts.total = counts.ok + counts.failed + counts.unknown;
  return states;
}
