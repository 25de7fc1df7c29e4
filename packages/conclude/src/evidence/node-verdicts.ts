import type { Evidence } from "./evidence.ts";
import { FAILED, LARGE_LOST, UNKNOWN, WORKS } from "./outcome-state.ts";
import { MESH_CHECKS, type MeshCheck, type Plane, type Scope } from "./mesh-planes.ts";

type Verdict = "fails" | "mixed" | "works" | "unknown";

/** One check of one node, over its peers, in one direction. */
export interface Tally {
  readonly failed: number;
  readonly works: number;
  readonly verdict: Verdict;
}

export type Tallies = Readonly<Record<MeshCheck, Tally>>;

/** What a node's neighbourhood says of it. */
export interface NodeView {
  readonly in: Tallies;
  readonly out: Tallies;
  /** From itself to itself: what crosses no network. */
  readonly own: Readonly<Record<MeshCheck, Verdict>>;
}

/**
 * What "all fail" means. certain: nothing speaks against it, and of most peers it is known and explained by
 * nothing else. strict: nothing speaks against it. lenient: hardly anything does, as when a fault began
 * within the round.
 */
export type Strictness = "certain" | "strict" | "lenient";
const LENIENT_SHARE = 0.1;

export function nodeView(
  evidence: Evidence,
  scope: Scope,
  n: number,
  strictness: Strictness,
): NodeView {
  const tallies = (side: "in" | "out"): Tallies => ({
    tcp: tally(scope.planes.tcp, side, n, strictness),
    nodeport: tally(scope.planes.nodeport, side, n, strictness),
    echo: tally(scope.planes.echo, side, n, strictness),
  });
  const own = Object.fromEntries(
    MESH_CHECKS.map((check) => [check, ownVerdict(evidence, scope.planes[check], n)]),
  ) as NodeView["own"];
  return { in: tallies("in"), out: tallies("out"), own };
}

function tally(
  planes: readonly Plane[],
  side: "in" | "out",
  n: number,
  strictness: Strictness,
): Tally {
  let failed = 0;
  let works = 0;
  for (const plane of planes) {
    failed += (side === "in" ? plane.columnFailed : plane.rowFailed)[n]!;
    works += (side === "in" ? plane.columnWorks : plane.rowWorks)[n]!;
  }
  return { failed, works, verdict: verdictOf(failed, works, strictness) };
}

function verdictOf(failed: number, works: number, strictness: Strictness): Verdict {
  if (failed + works === 0) return "unknown";
  const against = strictness !== "lenient" ? 0 : Math.floor(failed * LENIENT_SHARE);
  if (failed > 0 && works <= against) return "fails";
  return failed > 0 ? "mixed" : "works";
}

function ownVerdict(evidence: Evidence, planes: readonly Plane[], n: number): Verdict {
  let verdict: Verdict = "unknown";
  for (const plane of planes) {
    const state = evidence.at(plane, n, n);
    if (state === FAILED) return "fails";
    if (state === WORKS) verdict = "works";
    else if (state === UNKNOWN) continue;
  }
  return verdict;
}

/** For how many peers a check failed, and of how many that is known: nodes, however many addresses they have. */
export function peerCounts(
  evidence: Evidence,
  planes: readonly Plane[],
  side: "in" | "out",
  n: number,
): { readonly failed: number; readonly of: number } {
  let failed = 0;
  let of = 0;
  for (let peer = 0; peer < evidence.size; peer += 1) {
    if (peer === n) continue;
    let fails = false;
    let answers = false;
    for (const plane of planes) {
      const state = side === "in" ? evidence.at(plane, peer, n) : evidence.at(plane, n, peer);
      if (state === FAILED) fails = true;
      else if (state === WORKS || state === LARGE_LOST) answers = true;
    }
    if (fails) failed += 1;
    if (fails || answers) of += 1;
  }
  return { failed, of };
}
