import { reasonCode } from "@netchecker/contract";
import { Claim } from "../evidence/claim.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { LARGE_LOST, WORKS } from "../evidence/outcome-state.ts";
import type { Plane, Scope } from "../evidence/mesh-planes.ts";
import type { Steps } from "@netchecker/round/steps";
import { PairGraph } from "../evidence/pair-graph.ts";

const REQUEST_LOST = reasonCode("large_request_timeout");

/**
 * Between which nodes large packets are lost: bad(u → v). A lost large request from a to b says a → b;
 * a lost large response says b → a, and that a → b works.
 */
export function* largeLosses(evidence: Evidence, { planes }: Scope): Steps<PairGraph> {
  const says = (plane: Plane, from: number, to: number) => {
    const state = evidence.at(plane, from, to);
    if (state === WORKS) return "both ways";
    if (state !== LARGE_LOST) return "nothing";
    return requestLost(evidence, plane.column[to]!, from) ? "nothing" : "there";
  };
  const isGood = (a: number, b: number) =>
    a !== b &&
    planes.echo.some(
      (plane) => says(plane, a, b) !== "nothing" || says(plane, b, a) === "both ways",
    );
  const graph = new PairGraph(evidence.size, isGood);
  // One family works where another does not, or the loss was a moment's: what is both is neither.
  yield* evidence.each(LARGE_LOST, ["pod"], (plane, a, b) => {
    if (!planes.echo.includes(plane)) return;
    const [u, v] = requestLost(evidence, plane.column[b]!, a) ? [a, b] : [b, a];
    if (!isGood(u, v)) graph.setBad(u, v);
  });
  return graph;
}

function requestLost(evidence: Evidence, target: number, a: number): boolean {
  const { pod } = evidence.round.matrices;
  return pod.reasons[pod.cell(a, target)] === REQUEST_LOST;
}

/** Claims the losses of large packets from any of `from` to any of `to`, whoever probed. */
export function* claimLosses(
  evidence: Evidence,
  { planes }: Scope,
  claim: Claim,
  from: readonly number[],
  to: readonly number[],
): Steps<void> {
  for (const plane of planes.echo)
    for (const u of from) {
      yield;
      for (const v of to) {
        if (u === v) continue;
        if (evidence.at(plane, u, v) === LARGE_LOST && requestLost(evidence, plane.column[v]!, u))
          evidence.explain(claim, plane, u, v);
        if (evidence.at(plane, v, u) === LARGE_LOST && !requestLost(evidence, plane.column[u]!, v))
          evidence.explain(claim, plane, v, u);
      }
    }
}
