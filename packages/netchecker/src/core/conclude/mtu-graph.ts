import { reasonCode } from "@netchecker/contract";
import { Claim } from "./claim.ts";
import { type Evidence, LARGE_LOST, WORKS } from "./evidence.ts";
import type { Scope } from "./mesh-planes.ts";
import { PairGraph } from "./pair-graph.ts";

const REQUEST_LOST = reasonCode("large_request_timeout");

/**
 * Between which nodes large packets are lost: bad(u → v). A lost large request from a to b says a → b;
 * a lost large response says b → a, and that a → b works.
 */
export function largeLosses(evidence: Evidence, { planes }: Scope): PairGraph {
  const graph = new PairGraph(evidence.size);
  for (const plane of planes.echo)
    for (let a = 0; a < evidence.size; a += 1)
      for (let b = 0; b < evidence.size; b += 1) {
        if (a === b) continue;
        const state = evidence.at(plane, a, b);
        if (state === WORKS) {
          graph.setGood(a, b);
          graph.setGood(b, a);
        } else if (state === LARGE_LOST) {
          if (requestLost(evidence, plane.column[b]!, a)) graph.setBad(a, b);
          else {
            graph.setBad(b, a);
            graph.setGood(a, b);
          }
        }
      }
  // One family works where another does not, or the loss was a moment's.
  graph.dropContradictions();
  return graph;
}

function requestLost(evidence: Evidence, target: number, a: number): boolean {
  const { pod } = evidence.round.matrices;
  return pod.reasons[pod.cell(a, target)] === REQUEST_LOST;
}

/** Claims the losses of large packets from any of `from` to any of `to`, whoever probed. */
export function claimLosses(
  evidence: Evidence,
  { planes }: Scope,
  claim: Claim,
  from: readonly number[],
  to: readonly number[],
): void {
  for (const plane of planes.echo)
    for (const u of from)
      for (const v of to) {
        if (u === v) continue;
        if (evidence.at(plane, u, v) === LARGE_LOST && requestLost(evidence, plane.column[v]!, u))
          evidence.explain(claim, plane, u, v);
        if (evidence.at(plane, v, u) === LARGE_LOST && !requestLost(evidence, plane.column[u]!, v))
          evidence.explain(claim, plane, v, u);
      }
}
