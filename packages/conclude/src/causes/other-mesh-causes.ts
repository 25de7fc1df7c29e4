import type { Check } from "@netchecker/contract";
import type { IpFamily } from "@netchecker/round/cluster-view";
import type { Steps } from "@netchecker/round/steps";
import { density, findBiclique } from "../evidence/bicliques.ts";
import { Claim } from "../evidence/claim.ts";
import { type Draft, draft } from "../evidence/draft.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { MeshType, Plane } from "../evidence/mesh-planes.ts";
import { FAILED, LARGE_LOST, WORKS } from "../evidence/outcome-state.ts";
import { PairGraph } from "../evidence/pair-graph.ts";
import { MOST_GROUPS, orientGroups } from "./group-causes.ts";
import { sayCheckFailed } from "./say-check-failed.ts";

/** "All" fail if at most this share of the failures works beside them. */
const MAX_WORKS_AT_NODE = 0.1;
const MAX_WORKS_EVERYWHERE = 0.02;
/** If this share of the pairs fails in the other direction too, a fault of two groups has both directions. */
const MIN_DENSITY_BACK = 0.9;
/** More pairs than this are no faults of single pairs. */
const MAX_PAIRS = 50;

/** Where a check between nodes fails: everywhere, at nodes, between two groups, between two nodes. */
export function* otherMeshCauses(evidence: Evidence, type: MeshType, check: Check): Steps<Draft[]> {
  const drafts: Draft[] = [];
  for (const { family } of evidence.scopes) {
    const mesh = new CheckMesh(evidence, type, check, family);
    yield* mesh.count();
    drafts.push(...(yield* everywhere(mesh)), ...(yield* atNodes(mesh)));
  }
  const mesh = new CheckMesh(evidence, type, check, null);
  return [...drafts, ...(yield* betweenGroups(mesh)), ...(yield* betweenTwo(mesh))];
}

interface Tally {
  failed: number;
  works: number;
}

/** The failures of one check that nothing explains yet, by node and by pair. */
class CheckMesh {
  readonly evidence: Evidence;
  /**
   * By node: how its own probes fare, and those of it. That a node reaches itself contradicts nothing, because such a
   * probe crosses no network.
   */
  readonly out: readonly Tally[];
  readonly in: readonly Tally[];
  readonly #check: Check;
  readonly #type: MeshType;
  readonly #family: IpFamily | null;
  readonly #planes: readonly Plane<Check>[];

  /** `family`: only this address family; null is all of them. */
  constructor(evidence: Evidence, type: MeshType, check: Check, family: IpFamily | null) {
    const tallies = () => evidence.nodes.map(() => ({ failed: 0, works: 0 }));
    this.evidence = evidence;
    this.out = tallies();
    this.in = tallies();
    this.#check = check;
    this.#type = type;
    this.#family = family;
    this.#planes = evidence.otherPlanes.filter(
      (plane) => plane.check === check && (family ?? plane.family) === plane.family,
    );
  }

  get size(): number {
    return this.evidence.size;
  }

  /** Fills the tallies. */
  *count(): Steps<void> {
    for (let a = 0; a < this.size; a += 1) {
      yield;
      for (let b = 0; b < this.size; b += 1) {
        const { failed, works } = this.between(a, b);
        for (const tally of [this.out[a]!, this.in[b]!]) {
          tally.failed += failed;
          if (a !== b) tally.works += works;
        }
      }
    }
  }

  between(a: number, b: number): Tally {
    const tally = { failed: 0, works: 0 };
    for (const plane of this.#planes) {
      const state = this.evidence.at(plane, a, b);
      if (state === FAILED || state === LARGE_LOST) tally.failed += 1;
      else if (state === WORKS) tally.works += 1;
    }
    return tally;
  }

  explain(claim: Claim, a: number, b: number): void {
    const before = claim.count;
    for (const plane of this.#planes) this.evidence.explain(claim, plane, a, b);
    this.out[a]!.failed -= claim.count - before;
    this.in[b]!.failed -= claim.count - before;
  }

  /** A cause that explains what was claimed; `works` says what contradicts it. */
  draft(claim: Claim, works: number, where: Partial<Draft>): Draft {
    return draft("check-failed", {
      layer: this.#type === "pod" ? "pod-network" : "node",
      target: this.#check,
      family: this.#family,
      claim,
      failed: claim.count,
      of: claim.count + works,
      contradictedBy: works,
      say: sayCheckFailed(this.#check, where),
      ...where,
    });
  }
}

function* everywhere(mesh: CheckMesh): Steps<Draft[]> {
  const isKnown = ({ failed, works }: Tally) => failed + works > 0;
  const several = Math.min(mesh.out.filter(isKnown).length, mesh.in.filter(isKnown).length) > 1;
  const failed = mesh.out.reduce((sum, tally) => sum + tally.failed, 0);
  const works = mesh.out.reduce((sum, tally) => sum + tally.works, 0);
  if (!several || failed === 0 || works > failed * MAX_WORKS_EVERYWHERE) return [];
  const claim = new Claim();
  for (let a = 0; a < mesh.size; a += 1) {
    yield;
    for (let b = 0; b < mesh.size; b += 1) mesh.explain(claim, a, b);
  }
  return [mesh.draft(claim, works, {})];
}

/** Nodes at which all probes fail, the node with the most failures first. */
function* atNodes(mesh: CheckMesh): Steps<Draft[]> {
  const drafts: Draft[] = [];
  const least = Math.min(2, mesh.size);
  const fails = ({ failed, works }: Tally) =>
    failed >= least && works <= failed * MAX_WORKS_AT_NODE;
  const weight = (n: number) =>
    Math.max(...[mesh.in[n]!, mesh.out[n]!].map((tally) => (fails(tally) ? tally.failed : 0)));
  const all = [...mesh.in.keys()];
  for (;;) {
    yield;
    const n = all.reduce((worst, each) => (weight(each) > weight(worst) ? each : worst), 0);
    if (weight(n) === 0) return drafts;
    const isIn = fails(mesh.in[n]!);
    const isOut = fails(mesh.out[n]!);
    const works = (isIn ? mesh.in[n]!.works : 0) + (isOut ? mesh.out[n]!.works : 0);
    const claim = new Claim();
    for (const peer of all) {
      if (isIn) mesh.explain(claim, peer, n);
      if (isOut) mesh.explain(claim, n, peer);
    }
    const direction = isIn && isOut ? "both" : isIn ? "in" : "out";
    drafts.push(mesh.draft(claim, works, { nodes: [n], direction, places: mesh.size * 2 }));
  }
}

function* betweenGroups(mesh: CheckMesh): Steps<Draft[]> {
  const drafts: Draft[] = [];
  while (drafts.length < MOST_GROUPS) {
    const graph = new PairGraph(mesh.size, (a, b) => a !== b && mesh.between(a, b).works > 0);
    for (const [a, b] of yield* failingPairs(mesh)) if (a !== b) graph.setBad(a, b);
    const found = yield* findBiclique(graph);
    if (!found) break;
    const { from, to } = found;
    const both = density(graph, to, from) >= MIN_DENSITY_BACK;
    const claim = new Claim();
    for (const a of from)
      for (const b of to) {
        mesh.explain(claim, a, b);
        if (both) mesh.explain(claim, b, a);
      }
    drafts.push(mesh.draft(claim, 0, orientGroups(from, to, both)));
  }
  return drafts;
}

function* betweenTwo(mesh: CheckMesh): Steps<Draft[]> {
  const failing = yield* failingPairs(mesh);
  if (failing.length > MAX_PAIRS) return [];
  return failing.flatMap(([a, b]) => {
    const claim = new Claim();
    const both = a !== b && mesh.between(b, a).failed > 0;
    mesh.explain(claim, a, b);
    if (both) mesh.explain(claim, b, a);
    // The pair was explained in the other direction already.
    if (claim.count === 0) return [];
    const where = a === b ? { nodes: [a] } : { nodes: [a], peers: [b] };
    const direction = a === b ? null : both ? "both" : "out";
    return [mesh.draft(claim, 0, { ...where, direction, places: mesh.size ** 2 })];
  });
}

function* failingPairs(mesh: CheckMesh): Steps<(readonly [from: number, to: number])[]> {
  const pairs: (readonly [number, number])[] = [];
  for (let a = 0; a < mesh.size; a += 1) {
    yield;
    for (let b = 0; b < mesh.size; b += 1) if (mesh.between(a, b).failed > 0) pairs.push([a, b]);
  }
  return pairs;
}
