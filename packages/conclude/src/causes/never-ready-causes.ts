import { TARGET_TYPES } from "@netchecker/contract";
import { Claim } from "../evidence/claim.ts";
import { type Draft, draft } from "../evidence/draft.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Steps } from "@netchecker/round/steps";

/** What is told of a node that is NotReady and has never been Ready. */
export const NEVER_READY = "never";

/**
 * A node that has had the time to become Ready and did not has one cause, whatever fails of it: no agent, no
 * pong, no kubelet that answers. It goes first.
 */
export function* neverReadyCauses(evidence: Evidence): Steps<Draft[]> {
  const drafts: Draft[] = [];
  for (let n = 0; n < evidence.size; n += 1) {
    if (!evidence.kubernetes.neverReady(n)) continue;
    if (evidence.round.plan.agents[n]!.planned !== null) continue;
    yield;
    const claim = new Claim();
    for (const plane of evidence.planes)
      for (let peer = 0; peer < evidence.size; peer += 1) evidence.explain(claim, plane, peer, n);
    for (const type of TARGET_TYPES) {
      const { targets } = evidence.round.matrices[type];
      for (let cell = n * targets; cell < (n + 1) * targets; cell += 1)
        evidence.claim(claim, type, cell);
    }
    evidence.absenceExplained[n] = true;
    const told = { failed: claim.count, of: claim.count, fact: NEVER_READY };
    drafts.push(draft("not-ready", { nodes: [n], layer: "node", claim, ...told }));
  }
  return drafts;
}
