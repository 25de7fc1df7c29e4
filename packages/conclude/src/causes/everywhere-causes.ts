import { type Draft, draft } from "../evidence/draft.ts";
import { Claim } from "../evidence/claim.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { refuses } from "../evidence/firewall.ts";
import { FAILED, LARGE_LOST, WORKS } from "../evidence/outcome-state.ts";
import { MESH_CHECKS, type MeshCheck, type Scope } from "../evidence/mesh-planes.ts";
import type { Steps } from "@netchecker/round/steps";
import { serviceEverywhere } from "./service-everywhere.ts";
import { nodeView } from "../evidence/node-verdicts.ts";

/** Three nodes that all fail to reach each other. */
const FEWEST_PAIRS = 6;
const HARDLY_ANY = 0.02;
/** So many agents must say so, or all: one that reaches nobody is rather cut off itself. */
const FEWEST_HEARD = 3;

/** What fails between all nodes has one cause, and is not a fault of each of them. */
export function* everywhereCauses(evidence: Evidence): Steps<Draft[]> {
  const drafts: Draft[] = [];
  for (const scope of evidence.scopes) {
    const failing = MESH_CHECKS.filter((check) => failsEverywhere(scope, check));
    if (failing.length === 0) continue;
    const few = evidence.heardCount < Math.min(FEWEST_HEARD, evidence.size);
    if (few && failing.includes("tcp")) continue;
    const pairs = yield* pairsOf(evidence, scope, failing);
    const claim = new Claim();
    for (const check of failing)
      for (const plane of scope.planes[check])
        for (let a = 0; a < evidence.size; a += 1) {
          yield;
          for (let b = 0; b < evidence.size; b += 1) evidence.explain(claim, plane, a, b);
        }
    drafts.push(ofAll(evidence, scope, failing, claim, pairs));
  }
  return drafts;
}

function failsEverywhere(scope: Scope, check: MeshCheck): boolean {
  let failed = 0;
  let works = 0;
  for (const { columnFailed, columnWorks } of scope.planes[check])
    for (const [n, ofColumn] of columnWorks.entries()) {
      // Some node answers whoever asks: then those that do not are to be named.
      if (ofColumn > columnFailed[n]!) return false;
      failed += columnFailed[n]!;
      works += ofColumn;
    }
  return failed >= FEWEST_PAIRS && works <= failed * HARDLY_ANY;
}

/** Ordered pairs of nodes, however many addresses and checks there are between two. */
function* pairsOf(
  evidence: Evidence,
  scope: Scope,
  checks: readonly MeshCheck[],
): Steps<{ failed: number; works: number }> {
  let failed = 0;
  let works = 0;
  const planes = checks.flatMap((check) => scope.planes[check]);
  for (let a = 0; a < evidence.size; a += 1) {
    if (!evidence.heard(a)) continue;
    yield;
    for (let b = 0; b < evidence.size; b += 1) {
      if (a === b) continue;
      let fails = false;
      let answers = false;
      for (const plane of planes) {
        const state = evidence.at(plane, a, b);
        if (state === FAILED) fails = true;
        else if (state === WORKS || state === LARGE_LOST) answers = true;
      }
      if (fails) failed += 1;
      else if (answers) works += 1;
    }
  }
  return { failed, works };
}

function ofAll(
  evidence: Evidence,
  scope: Scope,
  failing: readonly MeshCheck[],
  claim: Claim,
  { failed, works }: { failed: number; works: number },
): Draft {
  const told = { claim, failed, of: failed + works, contradictedBy: works };
  if (failing.includes("echo")) {
    if (!failing.includes("tcp") && ownPongsFail(evidence, scope))
      return draft("pong", { ...told, layer: "process" });
    const wholeNodes = failing.includes("tcp");
    const layer = wholeNodes ? "node" : "pod-network";
    if (refuses(claim, false)) return draft("firewall", { ...told, layer, direction: "both" });
    return draft(wholeNodes ? "node-cut-off" : "pod-network", {
      ...told,
      layer,
      direction: "both",
    });
  }
  if (!failing.includes("tcp")) {
    // A NodePort is one more door to the same service.
    const service = serviceEverywhere(evidence);
    service?.claim.join(claim);
    if (service) return service;
    return draft("node-port", { ...told, layer: "service", direction: "in" });
  }
  return draft("undetermined", {
    ...told,
    layer: "node",
    direction: "in",
    candidates: failing.includes("nodeport") ? ["firewall", "node-cut-off"] : ["firewall"],
    fact: failing.includes("nodeport") ? "host" : "kubelet",
  });
}

/** Called after the claim: what pongs do for their own nodes is claimed too, so the reasons tell. */
function ownPongsFail(evidence: Evidence, scope: Scope): boolean {
  const { pod } = evidence.round.matrices;
  return scope.planes.echo.some((plane) =>
    evidence.nodes.some(
      (_, n) =>
        plane.column[n] !== -1 &&
        evidence.heard(n) &&
        evidence.failedAt("pod", pod.cell(n, plane.column[n]!)) &&
        nodeView(evidence, scope, n, "strict").own.tcp !== "fails",
    ),
  );
}
