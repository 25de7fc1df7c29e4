import type { FindingKind } from "@netchecker/contract";
import { type Draft, draft } from "../evidence/draft.ts";
import { Claim } from "../evidence/claim.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { FAILED, LARGE_LOST, WORKS } from "../evidence/outcome-state.ts";
import { refuses } from "../evidence/firewall.ts";
import type { Steps } from "@netchecker/round/steps";
import type { MeshCheck } from "../evidence/mesh-planes.ts";

/** So many pairs are no faults of pairs. */
const MOST_PAIRS = 50;
const MOST_SCATTERED = 20_000;

const BIT = { tcp: 1, nodeport: 2, echo: 4 } as const;

interface Pair {
  readonly a: number;
  readonly b: number;
  /** The checks that failed, as bits. */
  readonly towards: number;
  readonly back: number;
  /** How many probes failed. */
  readonly cells: number;
}

/** What is left between two nodes: the route from one to the other, or a filter on it. */
export function* pairCauses(evidence: Evidence): Steps<Draft[]> {
  const failing = yield* failingPairs(evidence);
  const pairs = failing
    .filter((pair) => isRoute(evidence, pair))
    .toSorted((x, y) => y.cells - x.cells)
    .slice(0, MOST_PAIRS);
  const routes = pairs.map((pair) => route(evidence, pair));
  return joinStars(routes);
}

/** So many routes of one node, alike, are one fault. */
const STAR = 4;

function joinStars(routes: readonly Draft[]): Draft[] {
  const star = (side: "nodes" | "peers") =>
    Map.groupBy(routes, (each) => `${side} ${each[side][0]} ${each.direction} ${each.layer}`);
  for (const side of ["nodes", "peers"] as const)
    for (const alike of star(side).values()) {
      if (alike.length < STAR) continue;
      const [first, ...others] = alike;
      for (const { claim } of others) first!.claim.join(claim);
      const { claim, direction } = first!;
      const around = alike.map((each) => each[side === "nodes" ? "peers" : "nodes"][0]!);
      const joined: Draft = {
        ...first!,
        nodes: first![side],
        peers: around.toSorted((a, b) => a - b),
        direction: side === "nodes" || direction === "both" ? direction : "in",
        failed: claim.count,
        of: claim.count,
      };
      return [joined, ...joinStars(routes.filter((each) => !alike.includes(each)))];
    }
  return [...routes];
}

function* failingPairs(evidence: Evidence): Steps<Pair[]> {
  const found = new Map<number, { towards: number; back: number; cells: number }>();
  if (evidence.open > MOST_SCATTERED) return [];
  yield* evidence.each(FAILED, ["node", "pod"], ({ check }, a, b) => {
    const key = Math.min(a, b) * evidence.size + Math.max(a, b);
    const pair = found.get(key) ?? { towards: 0, back: 0, cells: 0 };
    if (a < b) pair.towards |= BIT[check];
    else pair.back |= BIT[check];
    pair.cells += 1;
    found.set(key, pair);
  });
  return [...found].map(([key, pair]) => ({
    a: Math.floor(key / evidence.size),
    b: key % evidence.size,
    ...pair,
  }));
}

/** A route carries pods' packets whenever it carries any, and a node's all or none: else it is chance. */
function isRoute(evidence: Evidence, { a, b, towards, back, cells }: Pair): boolean {
  const layers = [
    ...(towards > 0 ? [layerOf(evidence, towards, a, b)] : []),
    ...(back > 0 ? [layerOf(evidence, back, b, a)] : []),
  ];
  if (layers.includes(null) || new Set(layers).size > 1) return false;
  return cells > 1 || definite(evidence, a, b) || definite(evidence, b, a);
}

/** Of what failed from a to b, the layer that explains all of it and is not contradicted; else null. */
function layerOf(evidence: Evidence, failed: number, a: number, b: number) {
  const known = (check: MeshCheck) => knows(evidence, a, b, check);
  const has = (check: MeshCheck) => (failed & BIT[check]) > 0;
  if (has("tcp")) {
    const whole = (["echo", "nodeport"] as const).every((check) => has(check) || !known(check));
    return whole ? "node" : null;
  }
  return has("echo") && !has("nodeport") ? "pod-network" : null;
}

/** Whether an echo failed in a way in which lost packets do not make it fail. */
function definite(evidence: Evidence, a: number, b: number): boolean {
  const { pod } = evidence.round.matrices;
  return evidence.planes.some(
    (plane) =>
      plane.check === "echo" &&
      evidence.at(plane, a, b) === FAILED &&
      !evidence.reasonAt("pod", pod.cell(a, plane.column[b]!)).endsWith("_timeout"),
  );
}

function knows(evidence: Evidence, a: number, b: number, check: MeshCheck): boolean {
  return evidence.planes.some((plane) => {
    const state = plane.check === check ? evidence.at(plane, a, b) : 0;
    return state === WORKS || state === FAILED || state === LARGE_LOST;
  });
}

function route(evidence: Evidence, { a, b, towards, back }: Pair): Draft {
  const both = towards > 0 && back > 0;
  const [from, to] = towards > 0 ? [a, b] : [b, a];
  const claim = new Claim();
  for (const plane of evidence.planes) {
    evidence.explain(claim, plane, from, to);
    if (both) evidence.explain(claim, plane, to, from);
  }
  const node = ((towards | back) & BIT.tcp) > 0;
  const told = {
    nodes: [from],
    peers: [to],
    direction: both ? ("both" as const) : ("out" as const),
    layer: node ? ("node" as const) : ("pod-network" as const),
    claim,
    failed: claim.count,
    of: claim.count,
    places: evidence.size ** 2 * 2,
  };
  if (refuses(claim, false)) return draft("firewall", { ...told, candidates: ["route"] });
  if (evidence.size > 2) return draft("route", told);
  const candidates: FindingKind[] = ["route", node ? "node-cut-off" : "pod-network"];
  return draft("undetermined", { ...told, candidates });
}
