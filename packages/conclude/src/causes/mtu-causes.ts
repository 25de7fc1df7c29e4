import { density, findBiclique } from "../evidence/bicliques.ts";
import { type Draft, draft } from "../evidence/draft.ts";
import { Claim } from "../evidence/claim.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { FAILED, LARGE_LOST } from "../evidence/outcome-state.ts";
import type { Steps } from "@netchecker/round/steps";
import { MOST_GROUPS, orientGroups, withSilent } from "./group-causes.ts";
import type { Scope } from "../evidence/mesh-planes.ts";
import { claimLosses, largeLosses } from "./mtu-graph.ts";
import { has, type PairGraph, sizeOf } from "../evidence/pair-graph.ts";
import { TOO_MANY_FOR_CHANCE, togetherOf } from "./silent-groups.ts";
import type { Topology } from "../evidence/topology.ts";

const LAYER = { layer: "pod-network" } as const;
const FEWEST_EVERYWHERE = 6;
const MOST_PAIRS = 50;

/** Small packets get through and large ones do not: everywhere, at a node, between groups, between two. */
export function* mtuCauses(evidence: Evidence, topology: Topology): Steps<Draft[]> {
  const found: Draft[] = [];
  for (const scope of evidence.scopes) {
    if (!evidence.states.pod.includes(LARGE_LOST)) break;
    found.push(...(yield* everywhere(evidence, scope)));
    found.push(...(yield* ofSilentPlace(evidence, scope, topology, "in")));
    found.push(...(yield* ofSilentPlace(evidence, scope, topology, "out")));
    found.push(...(yield* atNodes(evidence, scope)));
    found.push(...(yield* betweenGroups(evidence, scope)));
    found.push(...(yield* betweenTwo(evidence, scope)));
  }
  return found.map((cause) => ({ ...cause, fact: whatPasses(cause.claim) }));
}

function whatPasses({ largestPacket }: Claim): string | null {
  return largestPacket < Number.POSITIVE_INFINITY ? `those of up to ${largestPacket} bytes` : null;
}

/** Target lists and reports are large too: an agent behind the hole gets none, or not all of its reports arrive. */
function isSilent(evidence: Evidence, n: number): boolean {
  return evidence.missing[n]?.why === "silent";
}

/**
 * Why the silent ones of a group are silent, where most of it is. Where they are too many for chance, so is
 * who is silent beside them, and of whom nothing else is known that would speak for the group or against it.
 */
function fellSilent(evidence: Evidence, { planes }: Scope, group: readonly number[]): void {
  const silent = group.filter((n) => isSilent(evidence, n));
  if (silent.length * 2 < group.length) return;
  for (const n of silent) evidence.absenceExplained[n] = true;
  if (silent.length < TOO_MANY_FOR_CHANCE) return;
  const unknown = (n: number) =>
    planes.echo.every(
      ({ columnWorks, columnFailed }) => columnWorks[n] === 0 && columnFailed[n] === 0,
    );
  for (let n = 0; n < evidence.size; n += 1)
    if (isSilent(evidence, n) && unknown(n)) evidence.absenceExplained[n] = true;
}

function* everywhere(evidence: Evidence, scope: Scope): Steps<Draft[]> {
  const graph = yield* largeLosses(evidence, scope);
  const all = evidence.nodes.map((_, n) => n);
  const bad = all.reduce((sum, n) => sum + sizeOf(graph.badRow(n)), 0);
  if (bad < FEWEST_EVERYWHERE) return [];
  for (const n of all) {
    yield;
    if (sizeOf(graph.goodRow(n)) > 0) return [];
  }
  const claim = new Claim();
  yield* claimLosses(evidence, scope, claim, all, all);
  return [draft("mtu", { ...LAYER, direction: "both", claim, failed: bad, of: bad })];
}

/**
 * Large packets to a whole place, or from it, are lost, target lists or reports among them: nothing is heard
 * of its agents, and whether they reach each other, or others them, cannot be known.
 */
function* ofSilentPlace(
  evidence: Evidence,
  scope: Scope,
  topology: Topology,
  way: "in" | "out",
): Steps<Draft[]> {
  const graph = yield* largeLosses(evidence, scope);
  const all = evidence.nodes.map((_, n) => n);
  const isLost = (n: number, peer: number) =>
    way === "in" ? graph.isBad(peer, n) : graph.isBad(n, peer);
  const passes = (n: number, peer: number) =>
    way === "in" ? has(graph.goodRow(peer), n) : has(graph.goodRow(n), peer);
  const silent: number[] = [];
  for (const n of all) {
    if (!isSilent(evidence, n) || evidence.absenceExplained[n]) continue;
    yield;
    const losses = all.filter((peer) => isLost(n, peer)).length;
    if (losses >= 2 && !all.some((peer) => passes(n, peer))) silent.push(n);
  }
  const place = silent.length < 2 ? [] : togetherOf(evidence, topology, silent);
  if (place.length === 0) return [];
  const within = new Set(place);
  const others = all.filter((n) => !within.has(n) && place.some((each) => isLost(each, n)));
  if (others.length < 2) return [];
  const [from, to] = way === "in" ? [others, place] : [place, others];
  const claim = new Claim();
  yield* claimLosses(evidence, scope, claim, from, to);
  if (claim.count === 0) return [];
  fellSilent(evidence, scope, place);
  const pairs = from.length * to.length;
  return [
    draft("mtu", { ...LAYER, ...orientGroups(from, to, false), claim, failed: pairs, of: pairs }),
  ];
}

function* atNodes(evidence: Evidence, scope: Scope): Steps<Draft[]> {
  const graph = yield* largeLosses(evidence, scope);
  const all = evidence.nodes.map((_, n) => n);
  const drafts: Draft[] = [];
  for (const n of all) {
    yield;
    const inBad = all.filter((from) => graph.isBad(from, n)).length;
    const outBad = sizeOf(graph.badRow(n));
    const isIn = inBad >= 2 && !all.some((from) => has(graph.goodRow(from), n));
    const isOut = outBad >= 2 && sizeOf(graph.goodRow(n)) === 0;
    if (!isIn && !isOut) continue;
    const claim = new Claim();
    if (isIn) yield* claimLosses(evidence, scope, claim, all, [n]);
    if (isOut) yield* claimLosses(evidence, scope, claim, [n], all);
    if (claim.count === 0) continue;
    if (isSilent(evidence, n)) evidence.absenceExplained[n] = true;
    const count = isIn ? inBad : outBad;
    drafts.push(
      draft("mtu", {
        ...LAYER,
        nodes: [n],
        direction: isIn && isOut ? "both" : isIn ? "in" : "out",
        claim,
        failed: count,
        of: count,
        places: evidence.size * 2,
      }),
    );
  }
  return drafts;
}

function* betweenGroups(evidence: Evidence, scope: Scope): Steps<Draft[]> {
  const drafts: Draft[] = [];
  for (let groups = 0; groups < MOST_GROUPS; groups += 1) {
    const graph = yield* largeLosses(evidence, scope);
    const found = yield* findBiclique(graph);
    if (!found) break;
    const { to } = found;
    const from = yield* withSilent(evidence, graph, found.from, to);
    const both = density(graph, to, from) >= 0.9;
    const claim = new Claim();
    yield* claimLosses(evidence, scope, claim, from, to);
    if (both) yield* claimLosses(evidence, scope, claim, to, from);
    if (claim.count === 0) break;
    for (const side of [from, to]) fellSilent(evidence, scope, side);
    const pairs = from.length * to.length;
    const sides = orientGroups(from, to, both);
    drafts.push(draft("mtu", { ...LAYER, ...sides, claim, failed: pairs, of: pairs }));
  }
  return drafts;
}

function* betweenTwo(evidence: Evidence, scope: Scope): Steps<Draft[]> {
  const graph = yield* largeLosses(evidence, scope);
  const drafts: Draft[] = [];
  for (const [u, v, both] of badPairs(graph)) {
    if (smallLost(evidence, u, v)) continue;
    const claim = new Claim();
    yield* claimLosses(evidence, scope, claim, [u], [v]);
    if (both) yield* claimLosses(evidence, scope, claim, [v], [u]);
    if (claim.count === 0) continue;
    drafts.push(
      draft("mtu", {
        ...LAYER,
        nodes: [u],
        peers: [v],
        direction: both ? "both" : "out",
        claim,
        failed: claim.count,
        of: claim.count,
        places: evidence.size ** 2 / 2,
      }),
    );
  }
  return drafts;
}

/** Whether small packets between two are lost as well: then it is not for their size. */
function smallLost(evidence: Evidence, u: number, v: number): boolean {
  return evidence.planes.some(
    (plane) => evidence.at(plane, u, v) === FAILED || evidence.at(plane, v, u) === FAILED,
  );
}

/** Pairs of which one loses large packets to the other, each once. */
function badPairs(graph: PairGraph): [u: number, v: number, both: boolean][] {
  const pairs: [number, number, boolean][] = [];
  for (let u = 0; u < graph.size; u += 1)
    for (const v of graph.members(graph.badRow(u))) {
      const both = graph.isBad(v, u);
      if (!both || u < v) pairs.push([u, v, both]);
      if (pairs.length === MOST_PAIRS) return pairs;
    }
  return pairs;
}
