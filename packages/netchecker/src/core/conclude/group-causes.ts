import type { Direction, FindingKind, FindingLayer } from "@netchecker/contract";
import { type Biclique, density, findBiclique } from "./bicliques.ts";
import { type Draft, draft } from "./draft.ts";
import { Claim, type Evidence, FAILED, LARGE_LOST, WORKS } from "./evidence.ts";
import { refuses } from "./firewall.ts";
import type { Plane } from "./mesh-planes.ts";
import { PairGraph } from "./pair-graph.ts";

/** Groups of nodes that do not reach each other, found without labels: by who fails towards whom. */
export function groupCauses(evidence: Evidence): Draft[] {
  const drafts: Draft[] = [];
  for (;;) {
    const graph = reachability(evidence);
    const found = graph && findBiclique(graph);
    if (!graph || !found) return drafts;
    drafts.push(partition(evidence, graph, found));
  }
}

/** Who reaches whom, on the node's network and the pods'; null where nothing fails. */
function reachability(evidence: Evidence): PairGraph | null {
  const planes = evidence.planes.filter(({ check }) => check !== "nodeport");
  if (evidence.open === 0) return null;
  const graph = new PairGraph(evidence.size, (a, set) => {
    for (let b = 0; b < evidence.size; b += 1)
      if (b !== a && !graph.isBad(a, b) && planes.some((plane) => reaches(evidence, plane, a, b)))
        set(b);
  });
  for (const { states, targets, column, rowFailed } of planes)
    for (let a = 0; a < evidence.size; a += 1) {
      if (rowFailed[a] === 0) continue;
      for (let b = 0; b < evidence.size; b += 1) {
        const target = column[b]!;
        if (target !== -1 && states[a * targets + target] === FAILED && a !== b) graph.setBad(a, b);
      }
    }
  return graph;
}

function reaches(evidence: Evidence, plane: Plane, a: number, b: number): boolean {
  const state = evidence.at(plane, a, b);
  return state === WORKS || state === LARGE_LOST;
}

const MOSTLY = 0.9;

function partition(evidence: Evidence, graph: PairGraph, { from, to }: Biclique): Draft {
  const back = density(graph, to, from);
  const silentBack = to.every((n) => !evidence.heard(n));
  const both = back >= MOSTLY || silentBack;
  const claim = new Claim();
  const { failed, works } = claimPairs(evidence, claim, from, to);
  if (both) claimPairs(evidence, claim, to, from);
  const { nodes, peers, direction } = orientGroups(from, to, both);
  const layer: FindingLayer = tcpFails(claim) ? "node" : "pod-network";
  const told = {
    nodes,
    peers,
    direction,
    layer,
    claim,
    failed,
    of: failed + works,
    contradictedBy: works,
  };
  return refuses(claim, false)
    ? draft("firewall", { ...told, candidates: ["partition" satisfies FindingKind] })
    : draft("partition", told);
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

function claimPairs(
  evidence: Evidence,
  claim: Claim,
  from: readonly number[],
  to: readonly number[],
): { failed: number; works: number } {
  let failed = 0;
  let works = 0;
  for (const a of from)
    for (const b of to) {
      const before = claim.count;
      for (const plane of evidence.planes) evidence.explain(claim, plane, a, b);
      if (claim.count > before) failed += 1;
      else if (evidence.planes.some((plane) => evidence.at(plane, a, b) === WORKS)) works += 1;
    }
  return { failed, works };
}

/** Whether the nodes' own network fails, and not only that of the pods. */
function tcpFails(claim: Claim): boolean {
  return claim.byCheck.tcp * 4 > claim.byCheck.echo;
}
