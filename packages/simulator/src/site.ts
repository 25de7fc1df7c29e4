import type { NodeRecord, PodRecord } from "@netchecker/round/cluster-view";
import type { Direction, FindingKind } from "@netchecker/contract";
import type { Cluster } from "./cluster.ts";
import type { Form } from "./expectation.ts";
import type { Effect, Rule } from "./packet.ts";
import type { Random } from "./random.ts";
import { arrivingTypes } from "./reporting.ts";
import type { Shown } from "./shown-cluster.ts";
import { everywhere, healthyWorld, outsideOnly, placesOf, type World } from "./world.ts";

/** What a cause works on exclusively: two of them at one of these would hide each other. */
export type Claim = "dns" | "service" | "external" | "groups";

/** Where a draw's causes are put: each on nodes of its own. */
export class Site {
  readonly world: World;
  readonly random: Random;
  readonly shown = {
    nodes: new Map<number, Partial<NodeRecord>>(),
    pods: new Map<string, Partial<PodRecord>>(),
    absentNodes: new Set<number>(),
    absentPods: new Set<string>(),
    addedPods: [] as PodRecord[],
  } satisfies Shown;
  /** Findings that are right as well, if made. */
  readonly tolerated: Form[] = [];
  readonly #used = new Set<number>();
  readonly #claims = new Set<Claim>();
  /** By node, the side of a broken border between groups; -1 on neither. */
  #sides: Int8Array | null = null;
  /** Nothing else can be seen beside what is there already. */
  full = false;

  constructor(cluster: Cluster, random: Random) {
    this.world = healthyWorld(cluster);
    this.random = random;
  }

  get cluster(): Cluster {
    return this.world.cluster;
  }

  get size(): number {
    return this.cluster.nodes.length;
  }

  /** False where another cause has it. */
  claim(...claims: Claim[]): boolean {
    if (claims.some((claim) => this.#claims.has(claim))) return false;
    for (const claim of claims) this.#claims.add(claim);
    return true;
  }

  /** One to `most` nodes for faults of a node; null where no more can be told apart. */
  takeNodes(most = 3, { spareRedis = false } = {}): number[] | null {
    const room = Math.max(this.#used.size === 0 ? 1 : 0, Math.floor(this.size / 3));
    const count = Math.min(1 + this.random.int(most), room - this.#used.size);
    if (count < 1) return null;
    const taken: number[] = [];
    for (const { index } of this.random.shuffled(this.cluster.nodes)) {
      if (taken.length === count) break;
      if (this.#mayTake(index, spareRedis)) {
        this.#used.add(index);
        taken.push(index);
      }
    }
    return taken.length > 0 ? taken.toSorted((a, b) => a - b) : null;
  }

  /** Two nodes on the same side of every broken border, in natural order. */
  takePair(): [number, number] | null {
    if (this.#used.size + 2 > Math.floor(this.size / 3)) return null;
    const first = this.takeNodes(1, { spareRedis: true });
    if (!first) return null;
    const [a] = first as [number];
    const others = this.cluster.nodes.filter(
      ({ index }) => this.#mayTake(index, true) && this.#sides?.[index] === this.#sides?.[a],
    );
    if (others.length === 0) return null;
    const b = this.random.pick(others).index;
    this.#used.add(b);
    return a < b ? [a, b] : [b, a];
  }

  /** Names of the nodes that a cause or a planned change is on. */
  get usedNames(): string[] {
    return [...this.#used].map((index) => this.cluster.nodes[index]!.name);
  }

  /** Nodes that no cause is on, and that others do not depend on. */
  get unused(): number[] {
    const { nodes, redisNode, netcheckerNode, dnsNodes } = this.cluster;
    const needed = new Set([redisNode, netcheckerNode, ...dnsNodes]);
    return nodes.flatMap(({ index }) =>
      this.#used.has(index) || needed.has(index) ? [] : [index],
    );
  }

  /** Marks a border between two groups: other causes stay clear of it. */
  divide(one: readonly number[], other: readonly number[]): void {
    this.#sides = new Int8Array(this.size).fill(-1);
    for (const node of one) this.#sides[node] = 0;
    for (const node of other) this.#sides[node] = 1;
  }

  #mayTake(index: number, spareRedis: boolean): boolean {
    const { redisNode, netcheckerNode, nodes } = this.cluster;
    if (this.#used.has(index)) return false;
    if (spareRedis && (index === redisNode || index === netcheckerNode)) return false;
    // A group that is broken node by node looks like a border around it.
    for (const group of ["zone", "pool"] as const) {
      const of = nodes.filter((node) => node[group] === nodes[index]![group]);
      const left = of.filter((node) => !this.#used.has(node.index)).length;
      if (of.length < nodes.length && of.length > 1 && left <= 1) return false;
    }
    if (!this.#sides) return true;
    const side = this.#sides[index];
    return this.#sides.filter((each) => each === side).length >= 5;
  }

  /** Whether DNS servers on these nodes can be lost to others without another cause being hidden by it. */
  mayLoseDns(nodes: readonly number[], seenFrom: readonly number[] | "everywhere"): boolean {
    if (!nodes.some((node) => this.cluster.dnsNodes.includes(node))) return true;
    if (!this.claim("dns")) return false;
    this.tolerated.push(this.form("dns", []));
    if (seenFrom !== "everywhere")
      for (const node of seenFrom) this.tolerated.push(this.form("dns", [node]));
    return true;
  }

  /** Lays a rule on the way from some nodes to others. */
  rule(
    from: readonly number[] | "everywhere" | "nodes",
    to: readonly number[] | "everywhere" | "nodes" | "outside",
    effect: Effect,
    with_: Partial<Pick<Rule, "plane" | "port" | "only">> = {},
  ): void {
    this.world.rules.push({
      from: this.#places(from),
      to: this.#places(to),
      plane: "all",
      only: "everything",
      ...with_,
      effect,
    });
  }

  #places(nodes: readonly number[] | "everywhere" | "nodes" | "outside"): Uint8Array {
    if (nodes === "everywhere") return everywhere(this.cluster);
    if (nodes === "nodes") return everywhere(this.cluster, false);
    return nodes === "outside" ? outsideOnly(this.cluster) : placesOf(this.cluster, nodes);
  }

  /** Whether all of a node's reports still arrive, some, or none. */
  reports(node: number): "all" | "some" | "none" {
    const counts = {
      pod: this.size,
      node: 2 * this.size,
      service: 2,
      external: this.cluster.externals.length,
    };
    const arriving = arrivingTypes(this.world, node, counts).length;
    return arriving === 0 ? "none" : arriving === 4 ? "all" : "some";
  }

  form(
    kind: FindingKind,
    nodes: readonly number[],
    direction: Direction | null = null,
    peers: readonly number[] = [],
  ): Form {
    const names = (of: readonly number[]) =>
      of.toSorted((a, b) => a - b).map((index) => this.cluster.nodes[index]!.name);
    return { kind, nodes: names(nodes), peers: names(peers), direction };
  }
}
