import {
  type CellResult,
  type Check,
  countCell,
  type Counts,
  type PlannedWhy,
  type Summary,
  TARGET_TYPES,
  type TargetType,
} from "@netchecker/contract";
import type { ClosedRound } from "./closed-round.ts";
import { nodeIndex } from "./node-index.ts";
import { NOT_KEPT_CODE } from "./outcome-matrix.ts";
import type { Steps } from "./steps.ts";

/** What one node's agent found, and what all agents found at the node. */
export interface NodeCounts {
  /** Outcomes that its agent found, by type. */
  readonly from: Readonly<Record<TargetType, Counts>>;
  /** Outcomes that all agents found at its pong pods and at the node itself. */
  readonly to: Readonly<Record<"pod" | "node", Counts>>;
  /** Outcomes that its own agent found at its pong pods and at the node itself, together. They are in both of the above. */
  readonly atItself: Counts;
}

/** How the outcomes of one check ended, whatever is planned. */
export interface CheckCounts {
  readonly type: TargetType;
  readonly check: Check;
  /** By reason code. */
  readonly reasons: Uint32Array;
  /** How many took more than one attempt. */
  readonly retried: number;
}

/** A round's outcomes, counted. Outcomes that are not kept count nowhere. */
export interface RoundCounts {
  /** Aligned with the plan's agents. */
  readonly nodes: readonly NodeCounts[];
  readonly checks: readonly CheckCounts[];
}

type CountedRound = Pick<ClosedRound, "plan" | "matrices">;
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

const cache = new WeakMap<
  CountedRound["matrices"],
  { readonly plan: CountedRound["plan"]; readonly counts: RoundCounts }
>();

/**
 * Counts a round in one pass over its outcomes. The counts are made once for each round: its summary, the states of
 * its nodes, their history, the verdict and the metrics derive from them.
 */
export function* countRound({ plan, matrices }: CountedRound): Steps<RoundCounts> {
  const known = cache.get(matrices);
  if (known?.plan === plan) return known.counts;
  const nodes = plan.agents.map(() => ({
    from: { pod: noCounts(), node: noCounts(), service: noCounts(), external: noCounts() },
    to: { pod: noCounts(), node: noCounts() },
    atItself: noCounts(),
  }));
  const checks: CheckCounts[] = [];
  for (const type of TARGET_TYPES)
    checks.push(...(yield* countType({ plan, matrices }, type, nodes)));
  const counts = { nodes, checks };
  cache.set(matrices, { plan, counts });
  return counts;
}

/** The counts of a whole round, by type. */
export function summaryOf({ nodes }: RoundCounts): Summary {
  const sumOf = (type: TargetType) =>
    nodes.reduce((sum, { from }) => plus(sum, from[type]), noCounts());
  return Object.fromEntries(TARGET_TYPES.map((type) => [type, sumOf(type)])) as Summary;
}

/** The positions of results while they are counted. The last position is for what is not kept. */
const RESULTS: readonly CellResult[] = ["ok", "failed", "unknown", "planned"];
const NOT_KEPT = RESULTS.length;
const POSITIONS = RESULTS.length + 1;

/** There may be millions of outcomes, so the loop creates no object for an outcome. */
function* countType(
  { plan, matrices }: CountedRound,
  type: TargetType,
  nodes: readonly Mutable<NodeCounts>[],
): Steps<CheckCounts[]> {
  const { reasons, attempts } = matrices[type];
  const targets = plan.targets[type];
  const nodeOf = nodeIndex(plan).ofTargets[type];
  const isPlanned = targets.map(({ planned }) => planned !== null);
  const checks = [...new Set(targets.map(({ check }) => check))].map(
    (check): Mutable<CheckCounts> => ({ type, check, reasons: new Uint32Array(256), retried: 0 }),
  );
  const checkOf = targets.map(({ check }) => checks.find((each) => each.check === check)!);
  const ofTarget = new Uint32Array(POSITIONS * targets.length);
  const resultsOf = resultTables();
  let cell = 0;
  for (const [a, agent] of plan.agents.entries()) {
    yield;
    const { unplanned, planned } = resultsOf(agent.planned);
    const ofAgent = new Uint32Array(POSITIONS);
    const atItself = new Uint32Array(POSITIONS);
    for (let t = 0; t < targets.length; t += 1) {
      const code = reasons[cell]!;
      const result = (isPlanned[t] ? planned : unplanned)[code]!;
      ofAgent[result]! += 1;
      ofTarget[t * POSITIONS + result]! += 1;
      if (nodeOf[t] === a) atItself[result]! += 1;
      const check = checkOf[t]!;
      check.reasons[code]! += 1;
      if (attempts[cell]! > 1) check.retried += 1;
      cell += 1;
    }
    const node = nodes[a]!;
    node.from = { ...node.from, [type]: countsOf(ofAgent) };
    node.atItself = plus(node.atItself, countsOf(atItself));
  }
  if (type === "pod" || type === "node")
    for (const [t, n] of nodeOf.entries()) {
      const found = countsOf(ofTarget.subarray(t * POSITIONS, (t + 1) * POSITIONS));
      const node = nodes[n];
      if (node) node.to = { ...node.to, [type]: plus(node.to[type], found) };
    }
  return checks;
}

/**
 * Says by reason code, for an agent, what the outcomes of its targets count as: of targets for which nothing is
 * planned, and of the others. The contract's `countCell` decides; agents with the same plan share its answers.
 */
function resultTables() {
  const tableOf = (agent: PlannedWhy | null, target: PlannedWhy | null) =>
    Uint8Array.from({ length: 256 }, (_, code) =>
      code === NOT_KEPT_CODE ? NOT_KEPT : RESULTS.indexOf(countCell(code, agent, target)),
    );
  const tables = new Map<PlannedWhy | null, { unplanned: Uint8Array; planned: Uint8Array }>();
  return (agent: PlannedWhy | null) => {
    const known = tables.get(agent) ?? {
      unplanned: tableOf(agent, null),
      // Which plan it is does not matter.
      planned: tableOf(agent, "node_cordoned"),
    };
    tables.set(agent, known);
    return known;
  };
}

function noCounts(): Counts {
  return { total: 0, ok: 0, failed: 0, unknown: 0, planned: 0 };
}

/** Planned outcomes are not in the total. */
function countsOf(positions: Uint32Array): Counts {
  const [ok, failed, unknown, planned] = positions as unknown as [number, number, number, number];
  return { total: ok + failed + unknown, ok, failed, unknown, planned };
}

function plus(a: Counts, b: Counts): Counts {
  return {
    total: a.total + b.total,
    ok: a.ok + b.ok,
    failed: a.failed + b.failed,
    unknown: a.unknown + b.unknown,
    planned: a.planned + b.planned,
  };
}
