import type { Direction, FindingKind, FindingLayer } from "@netchecker/contract";
import { type Biclique, density, findBiclique } from "../evidence/bicliques.ts";
import { OF_PROCESS } from "./busy-pongs.ts";
import { type Draft, draft } from "../evidence/draft.ts";
import { Claim } from "../evidence/claim.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { FAILED, LARGE_LOST, WORKS } from "../evidence/outcome-state.ts";
import { refuses } from "../evidence/firewall.ts";
import type { MeshCheck } from "../evidence/mesh-planes.ts";
import type { Steps } from "@netchecker/round/steps";
import { saysNothing } from "./node-drafts.ts";
import { PairGraph } from "../evidence/pair-graph.ts";

const MOSTLY = 0.9;
/** So many faults between groups are sought: each search costs a look at all failures. */
export const MOST_GROUPS = 16;

/** Groups of nodes that do not reach each other, found without labels: by who fails towards whom. */
export function* groupCauses(evidence: Evidence): Steps<Draft[]> {
  const drafts: Draft[] = [];
  for (const check of ["tcp", "echo"] as const) {
    const layer = check === "tcp" ? "node" : "pod-network";
    for (let groups = 0; groups < MOST_GROUPS; groups += 1) {
      const graph = yield* reachability(evidence, check);
      const found = graph && (yield* findBiclique(graph));
      if (!graph || !found) break;
      drafts.push(yield* partition(evidence, graph, found, layer));
    }
  }
  return drafts;
}

/** Who reaches whom by a check; null where nothing fails. What is explained says nothing. */
function* reachability(evidence: Evidence, check: MeshCheck): Steps<PairGraph | null> {
  const planes = evidence.planes.filter((plane) => plane.check === check);
  if (!planes.some(({ rowFailed }) => rowFailed.some((failed) => failed > 0))) return null;
  const works = (a: number, b: number) =>
    planes.some((plane) => {
      const state = evidence.at(plane, a, b);
      return state === WORKS || state === LARGE_LOST;
    });
  const graph = new PairGraph(evidence.size, (a, b) => a !== b && works(a, b));
  // What nobody reaches, not even its own node, is no fault of what lies between groups.
  const broken = evidence.nodes.map((_, n) =>
    planes.some(
      (plane) =>
        evidence.at(plane, n, n) === FAILED &&
        plane.columnWorks[n]! <= plane.columnFailed[n]! * (1 - MOSTLY),
    ),
  );
  yield* evidence.each(FAILED, [planes[0]!.type], (plane, a, b) => {
    if (plane.check !== check || broken[b]) return;
    // Whoever got a connection and no answer is not apart.
    const cell = a * plane.targets + plane.column[b]!;
    if (!OF_PROCESS.has(evidence.reasonAt(plane.type, cell))) graph.setBad(a, b);
  });
  return graph;
}

function* partition(
  evidence: Evidence,
  graph: PairGraph,
  { from: reporting, to }: Biclique,
  layer: FindingLayer,
): Steps<Draft> {
  const from = yield* withSilent(evidence, graph, reporting, to);
  const back = density(graph, to, from);
  const silentBack = to.every((n) => !evidence.heard(n));
  const both = back >= MOSTLY || silentBack;
  const claim = new Claim();
  const { failed, works } = yield* claimPairs(evidence, claim, from, to);
  if (both) yield* claimPairs(evidence, claim, to, from);
  // Where nobody of the other side is heard, this is why: its way to Redis is lost too.
  if (silentBack)
    for (const n of to) if (saysNothing(evidence, n)) evidence.absenceExplained[n] = true;
  const { nodes, peers, direction } = orientGroups(from, to, both);
  const told = {
    nodes,
    peers,
    direction,
    layer,
    claim,
    failed,
    of: failed + works,
    contradictedBy: works,
    places: placesFor(evidence.size, from.length, to.length, claim.count),
  };
  return refuses(claim, false)
    ? draft("firewall", { ...told, candidates: ["partition" satisfies FindingKind] })
    : draft("partition", told);
}

/**
 * Nodes that say nothing of the other side, because nothing is heard of them or what they say has another
 * cause: they belong to the side that is alike, for the other one does not reach them either.
 */
export function* withSilent(
  evidence: Evidence,
  graph: PairGraph,
  from: readonly number[],
  to: readonly number[],
): Steps<readonly number[]> {
  const other = graph.maskOf(to);
  const sides = new Set([...from, ...to]);
  const silent: number[] = [];
  for (let n = 0; n < evidence.size; n += 1) {
    yield;
    if (
      !sides.has(n) &&
      graph.goodAmong(n, other) === 0 &&
      density(graph, to, [n]) >= MOSTLY &&
      density(graph, from, [n]) < 1 - MOSTLY
    )
      silent.push(n);
  }
  return [...from, ...silent].toSorted((a, b) => a - b);
}

/** In how many ways chance could pick two such groups, and a check for each of their pairs. */
function placesFor(size: number, from: number, to: number, cells: number): number {
  return size ** (Math.min(from, 4) + Math.min(to, 4)) * 2 ** Math.min(cells, 8);
}

/** The smaller group first; on a tie the one that has the first node. */
export function orientGroups(
  from: readonly number[],
  to: readonly number[],
  both: boolean,
): { nodes: readonly number[]; peers: readonly number[]; direction: Direction } {
  const fromFirst = from.length - to.length || from[0]! - to[0]!;
  return fromFirst < 0
    ? { nodes: from, peers: to, direction: both ? "both" : "out" }
    : { nodes: to, peers: from, direction: both ? "both" : "in" };
}

function* claimPairs(
  evidence: Evidence,
  claim: Claim,
  from: readonly number[],
  to: readonly number[],
): Steps<{ failed: number; works: number }> {
  let failed = 0;
  let works = 0;
  for (const a of from) {
    yield;
    for (const b of to) {
      const before = claim.count;
      for (const plane of evidence.planes) evidence.explain(claim, plane, a, b);
      if (claim.count > before) failed += 1;
      else if (evidence.planes.some((plane) => evidence.at(plane, a, b) === WORKS)) works += 1;
    }
  }
  return { failed, works };
}
