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

/** One node in a round: its agent, what the agent reached, and which agents reached the node. */
export interface NodeState {
  readonly node: string;
  readonly pod: string | null;
  /** `reported`, or why its agent is missing. */
  readonly agent: string;
  readonly planned: PlannedWhy | null;
  /** Outcomes that its agent found, by type. */
  readonly from: Readonly<Record<TargetType, Counts>>;
  /** Outcomes that all agents found at its pong pod and at the node itself. */
  readonly to: Readonly<Record<"pod" | "node", Counts>>;
}

type MutableCounts = { -readonly [K in keyof Counts]: Counts[K] };

const noCounts = (): MutableCounts => ({ total: 0, ok: 0, failed: 0, unknown: 0, planned: 0 });

/** A cache by the round's outcomes: each scrape and each reader asks for the states of the last round. */
const cache = new WeakMap<ClosedRound["matrices"], readonly NodeState[]>();

/** The state of every node of a round. A round is counted once, in one pass over its outcomes. */
export function* nodeStates(round: ClosedRound): Steps<readonly NodeState[]> {
  const states = cache.get(round.matrices) ?? (yield* countStates(round));
  cache.set(round.matrices, states);
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
    // There may be millions of cells, so the loop creates no object for a cell.
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
