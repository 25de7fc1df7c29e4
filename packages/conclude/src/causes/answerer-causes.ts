import { reasonCode } from "@netchecker/contract";
import { type Draft, draft } from "../evidence/draft.ts";
import { Claim } from "../evidence/claim.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Steps } from "@netchecker/round/steps";
import { FAILED, UNKNOWN } from "../evidence/outcome-state.ts";

const WRONG = reasonCode("wrong_responder");

/** Another pod answers where a pong should: an address used twice, or a stale route or neighbour. */
export function* answererCauses(evidence: Evidence): Steps<Draft[]> {
  const { reasons, targets } = evidence.round.matrices.pod;
  const drafts: Draft[] = [];
  if (!reasons.includes(WRONG)) return drafts;
  for (let n = 0; n < evidence.size; n += 1) {
    yield;
    const claim = new Claim();
    const asked = new Set<number>();
    const misled = new Set<number>();
    let of = 0;
    for (const plane of evidence.planes) {
      if (plane.check !== "echo" || plane.column[n] === -1) continue;
      const suspect = plane.columnFailed[n]! > 0 || evidence.at(plane, n, n) === FAILED;
      if (!suspect) continue;
      for (let from = 0; from < evidence.size; from += 1) {
        const cell = from * targets + plane.column[n]!;
        if (evidence.at(plane, from, n) === UNKNOWN) continue;
        of += 1;
        asked.add(from);
        if (reasons[cell] !== WRONG) continue;
        misled.add(from);
        evidence.claim(claim, "pod", cell);
        evidence.gotThrough(plane, from, n);
      }
    }
    if (claim.count === 0) continue;
    drafts.push(
      draft("wrong-answerer", {
        nodes: [n],
        layer: "pod-network",
        claim,
        failed: misled.size,
        of: asked.size,
        contradictedBy: of - claim.count,
        fact: answeredBy(evidence, claim),
      }),
    );
  }
  return drafts;
}

/** Who answered instead, by its own word. */
function answeredBy(evidence: Evidence, claim: Claim): string | null {
  for (const { cell } of claim.cells) {
    const { answeredBy: answerers, detail } = evidence.round.matrices.pod.outcome(cell);
    const other = answerers?.[0];
    if (other) return `${other.pod} on ${other.node}`;
    if (detail) return detail;
  }
  return null;
}
