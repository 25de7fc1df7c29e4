import { type Counts, okOf, type TargetType } from "@netchecker/contract";
import type { ClosedRound } from "./closed-round.ts";
import { NOT_KEPT_CODE } from "./outcome-matrix.ts";

/** One node in a round: its agent, what it reached, who reached it. */
export interface NodeState {
  readonly node: string;
  readonly pod: string | null;
  /** `reported`, or why its agent is missing. */
  readonly agent: string;
  readonly expected: string | null;
  /** What its agent found, by type. */
  readonly from: Readonly<Record<TargetType, Counts>>;
  /** What all agents found of it: its pong pod and the node itself. */
  readonly to: Readonly<Record<"pod" | "node", Counts>>;
}

type MutableCounts = { -readonly [K in keyof Counts]: Counts[K] };

const noCounts = (): MutableCounts => ({ total: 0, ok: 0, failed: 0, unknown: 0, expected: 0 });

/** The state of every node of a round, in one pass over its outcomes. */
export function nodeStates(round: ClosedRound): NodeState[] {
  const missing = new Map(round.head.missing.map(({ node, why }) => [node, why]));
  const states = round.plan.agents.map(({ node, pod, expected }) => ({
    node,
    pod,
    agent: missing.get(node) ?? "reported",
    expected,
    from: { pod: noCounts(), node: noCounts(), service: noCounts(), external: noCounts() },
    to: { pod: noCounts(), node: noCounts() },
  }));
  const byNode = new Map(states.map((state) => [state.node, state]));
  for (const type of ["pod", "node", "service", "external"] as const) {
    const { reasons } = round.matrices[type];
    const targets = round.plan.targets[type];
    const columns = targets.map(({ node }) =>
      type === "pod" || type === "node" ? byNode.get(node ?? "")?.to[type] : undefined,
    );
    let cell = 0;
    for (const [agent, state] of states.entries())
      for (const [target, { expected }] of targets.entries()) {
        const code = reasons[cell]!;
        cell += 1;
        if (code === NOT_KEPT_CODE) continue;
        const planned = round.plan.agents[agent]!.expected ?? expected;
        add(state.from[type], code, planned !== null);
        const column = columns[target];
        if (column) add(column, code, planned !== null);
      }
  }
  return states;
}

function add(counts: MutableCounts, code: number, expected: boolean): void {
  const ok = okOf(code);
  if (!ok && expected) {
    counts.expected += 1;
    return;
  }
  counts.total += 1;
  if (ok) counts.ok += 1;
  else if (ok === null) counts.unknown += 1;
  else counts.failed += 1;
}
