import {
  type Check,
  type EvidenceExample,
  type MissingAgent,
  NOT_PROBED_CODE,
  OK_CODE,
  readLargestPacket,
  type Reason,
  reasonOf,
  TARGET_TYPES,
  type TargetType,
} from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import type { ClusterView } from "@netchecker/round/cluster-view";
import { nodeIndex } from "@netchecker/round/node-index";
import { NOT_KEPT_CODE } from "@netchecker/round/outcome-matrix";
import type { Steps } from "@netchecker/round/steps";
import type { Claim } from "./claim.ts";
import { KubernetesSays } from "./kubernetes-says.ts";
import { isMeshCheck, meshPlanes, type Plane, type Scope, scopesOf } from "./mesh-planes.ts";
import { isNamed, isOther } from "./named-checks.ts";
import {
  PLANNED,
  EXPLAINED,
  FAILED,
  LARGE_LOST,
  STATE_OF,
  UNKNOWN,
  WORKS,
} from "./outcome-state.ts";
import { countAll, countFailed } from "./plane-counts.ts";

const MOST_EXAMPLES = 5;

/**
 * A round's outcomes while causes are sought. What a cause explains is claimed for it, once; what is
 * left is evidence for the next. A byte an outcome, and a few counts a node.
 */
export class Evidence {
  readonly round: ClosedRound;
  readonly nodes: readonly string[];
  readonly agentOf: ReadonlyMap<string, number>;
  readonly states: Readonly<Record<TargetType, Uint8Array>>;
  readonly kubernetes: KubernetesSays;
  readonly planes: readonly Plane[];
  /** The planes of checks that no rule names. They say nothing until {@link takeInOthers}. */
  readonly otherPlanes: readonly Plane<Check>[];
  readonly scopes: readonly Scope[];
  /** By node: why its agent did not report every type; null where it did. */
  readonly missing: readonly (MissingAgent | null)[];
  /** By node: whether a missing agent is explained by another cause. */
  readonly absenceExplained: boolean[];
  /** Failures that are not planned: each is explained by one cause, or unexplained. */
  failures = 0;
  /** Those that nothing explains yet, and how many of them lost large packets only. */
  open = 0;
  openLarge = 0;
  /** Outcomes that work. */
  works = 0;
  readonly heardCount: number;
  readonly #heard: readonly boolean[];
  readonly #starved: readonly boolean[];
  readonly #comesBack: readonly boolean[];
  readonly #planeOf: Readonly<Record<"pod" | "node", Int32Array>>;
  readonly #nodeOf: Readonly<Record<TargetType, Int32Array>>;

  /** `cameBack`: nodes that were down or have booted since the round before. */
  static *of(
    round: ClosedRound,
    view: ClusterView,
    cameBack: ReadonlySet<string> = new Set(),
  ): Steps<Evidence> {
    const evidence = new Evidence(round, view, cameBack);
    for (const type of TARGET_TYPES) yield* evidence.#read(type, isNamed);
    for (const plane of evidence.planes) yield* countAll(evidence.size, plane);
    return evidence;
  }

  /** Takes in what checks found that no rule names: failures that those rules must not count. */
  *takeInOthers(): Steps<void> {
    for (const type of TARGET_TYPES)
      if (this.round.plan.targets[type].some(({ check }) => isOther(check)))
        yield* this.#read(type, isOther);
  }

  private constructor(round: ClosedRound, view: ClusterView, cameBack: ReadonlySet<string>) {
    const { plan, matrices } = round;
    this.round = round;
    this.nodes = plan.agents.map(({ node }) => node);
    this.kubernetes = new KubernetesSays(view, this.nodes, Date.parse(round.head.startedAt));
    const { byName, ofTargets } = nodeIndex(plan);
    this.agentOf = byName;
    const missing = new Map(round.head.missing.map((each) => [each.node, each]));
    this.missing = this.nodes.map((node) => missing.get(node) ?? null);
    this.#heard = round.agents.map(({ health }) => Object.keys(health).length > 0);
    this.#starved = round.agents.map(({ health }) =>
      Object.values(health).some(({ prober }) => prober.starved),
    );
    this.#comesBack = this.nodes.map((node, n) => this.#heard[n]! && cameBack.has(node));
    this.heardCount = this.#heard.filter(Boolean).length;
    this.absenceExplained = this.nodes.map(() => false);
    this.states = Object.fromEntries(
      TARGET_TYPES.map((type) => [type, new Uint8Array(matrices[type].reasons.length)]),
    ) as Record<TargetType, Uint8Array>;
    this.planes = meshPlanes(plan, this.agentOf, this.states, isMeshCheck);
    this.otherPlanes = meshPlanes(plan, this.agentOf, this.states, isOther);
    this.scopes = scopesOf(this.planes);
    this.#planeOf = { pod: this.#planeIndex("pod"), node: this.#planeIndex("node") };
    this.#nodeOf = ofTargets;
  }

  get size(): number {
    return this.nodes.length;
  }

  /** Outcomes between pods of different nodes in which small packets got through. */
  get echoes(): number {
    const ofPods = this.planes.filter(({ type }) => type === "pod");
    return ofPods.reduce((sum, { rowWorks }) => sum + rowWorks.reduce((a, b) => a + b, 0), 0);
  }

  /** Whether a node's agent reported anything at all. */
  heard(n: number): boolean {
    return this.#heard[n]!;
  }

  /** Whether it was away until this round, in which its agent reported. */
  comesBack(n: number): boolean {
    return this.#comesBack[n]!;
  }

  /** Whether it had too little CPU for its findings to be trusted. */
  starved(n: number): boolean {
    return this.#starved[n]!;
  }

  /** What a plane says of a → b. */
  at(plane: Plane<Check>, a: number, b: number): number {
    const column = plane.column[b]!;
    return column === -1 ? UNKNOWN : plane.states[a * plane.targets + column]!;
  }

  /** Calls back with each outcome of a state, of some types of the mesh, between two different nodes. */
  *each(
    state: typeof FAILED | typeof LARGE_LOST,
    types: readonly ("node" | "pod")[],
    meet: (plane: Plane, a: number, b: number) => void,
  ): Steps<void> {
    for (const type of types) {
      const states = this.states[type];
      const { targets } = this.round.matrices[type];
      let row = -1;
      for (let cell = states.indexOf(state); cell !== -1; cell = states.indexOf(state, cell + 1)) {
        const a = Math.floor(cell / targets);
        if (a !== row) yield;
        row = a;
        const b = this.#nodeOf[type][cell - a * targets]!;
        const plane = this.planes[this.#planeOf[type][cell - a * targets]!];
        if (plane && a !== b) meet(plane, a, b);
      }
    }
  }

  /** Whether an outcome failed, be it explained or planned or not. */
  failedAt(type: TargetType, cell: number): boolean {
    const code = this.round.matrices[type].reasons[cell]!;
    return code !== OK_CODE && code !== NOT_PROBED_CODE && code !== NOT_KEPT_CODE;
  }

  reasonAt(type: TargetType, cell: number): Reason {
    return reasonOf(this.round.matrices[type].reasons[cell]!);
  }

  /** Explains what a plane says of a → b, if it failed. */
  explain(claim: Claim, plane: Plane<Check>, a: number, b: number): void {
    const column = plane.column[b]!;
    if (column === -1) return;
    const cell = a * plane.targets + column;
    const state = plane.states[cell]!;
    if (state !== FAILED && state !== LARGE_LOST) return;
    this.#take(claim, plane.type, cell);
    if (state === FAILED) countFailed(plane, a, b, -1);
    claim.byFamily[plane.family] += 1;
  }

  /** Whatever failed from a to b, the way there works: an answer came. */
  gotThrough(plane: Plane, a: number, b: number): void {
    if (a === b) return;
    plane.rowWorks[a]! += 1;
    plane.columnWorks[b]! += 1;
  }

  /** Explains a failure, if it is one that no other cause explains. */
  claim(claim: Claim, type: TargetType, cell: number): void {
    const state = this.states[type][cell]!;
    if (state !== FAILED && state !== LARGE_LOST) return;
    const met = this.#pairOf(type, cell);
    if (met) this.explain(claim, met.plane, met.a, met.b);
    else this.#take(claim, type, cell);
  }

  /** Gives a claim's failures back, as far as it remembers them: nothing explains them after all. */
  release({ cells }: Claim): void {
    for (const { type, cell } of cells) {
      const state = STATE_OF[this.round.matrices[type].reasons[cell]!]!;
      this.states[type][cell] = state;
      this.open += 1;
      if (state === LARGE_LOST) this.openLarge += 1;
      const met = this.#pairOf(type, cell);
      if (met && state === FAILED) countFailed(met.plane, met.a, met.b, 1);
    }
  }

  examples({ cells }: Claim): EvidenceExample[] {
    return cells.slice(0, MOST_EXAMPLES).map((each) => this.#example(each));
  }

  #example({ type, cell }: Claim["cells"][number]): EvidenceExample {
    const { targets } = this.round.matrices[type];
    const target = this.round.plan.targets[type][cell % targets]!;
    return {
      from: this.nodes[Math.floor(cell / targets)]!,
      to: target.node ?? target.name ?? target.address ?? "?",
      check: target.check,
      reason: this.reasonAt(type, cell),
    };
  }

  *#read(type: TargetType, isMeant: (check: Check) => boolean): Steps<void> {
    const { plan, matrices } = this.round;
    const { reasons, targets } = matrices[type];
    const states = this.states[type];
    const planned = plan.targets[type].map((target) => target.planned !== null);
    const meant = plan.targets[type].map(({ check }) => isMeant(check));
    let works = 0;
    let cell = 0;
    for (const agent of plan.agents) {
      yield;
      for (let target = 0; target < targets; target += 1, cell += 1) {
        const state = STATE_OF[reasons[cell]!]!;
        if (state === UNKNOWN || !meant[target]) continue;
        if (state === WORKS) works += 1;
        else if (agent.planned !== null || planned[target]) {
          states[cell] = PLANNED;
          continue;
        } else {
          this.failures += 1;
          this.open += 1;
          if (state === LARGE_LOST) this.openLarge += 1;
        }
        states[cell] = state;
      }
    }
    this.works += works;
  }

  #take(claim: Claim, type: TargetType, cell: number): void {
    if (this.states[type][cell] === LARGE_LOST) {
      this.openLarge -= 1;
      const passes = readLargestPacket(this.round.matrices[type].detail.get(cell));
      claim.largestPacket = Math.min(claim.largestPacket, passes ?? Number.POSITIVE_INFINITY);
    }
    this.states[type][cell] = EXPLAINED;
    this.open -= 1;
    claim.count += 1;
    claim.reasons[this.round.matrices[type].reasons[cell]!]! += 1;
    if (claim.cells.length < claim.mostCells) claim.cells.push({ type, cell });
  }

  /** Between which nodes, and in which plane, an outcome of the mesh is; null for all others. */
  #pairOf(type: TargetType, cell: number): { plane: Plane; a: number; b: number } | null {
    if (type !== "pod" && type !== "node") return null;
    const { targets } = this.round.matrices[type];
    const a = Math.floor(cell / targets);
    const target = cell - a * targets;
    const plane = this.planes[this.#planeOf[type][target]!];
    return plane ? { plane, a, b: this.#nodeOf[type][target]! } : null;
  }

  /** By target: its plane's index, or -1. */
  #planeIndex(type: "pod" | "node"): Int32Array {
    const index = new Int32Array(this.round.plan.targets[type].length).fill(-1);
    for (const [p, plane] of this.planes.entries())
      if (plane.type === type)
        for (const target of plane.column) if (target !== -1) index[target] = p;
    return index;
  }
}
