import { TARGET_TYPES, type TargetType } from "@netchecker/contract";
import { type Draft, draft } from "../evidence/draft.ts";
import { Claim } from "../evidence/claim.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Steps } from "@netchecker/round/steps";
import { FAILED, LARGE_LOST } from "../evidence/outcome-state.ts";

/** Above this share of all outcomes it is no noise. */
const MUCH = 0.03;
const MANY = 10;
/** So many failures are claimed before others have their turn. */
const CLAIMS_A_STEP = 4_096;

/** The failures that no cause explains, in one finding. */
export function* leftoverCauses(evidence: Evidence): Steps<Draft[]> {
  const known = evidence.works + evidence.open;
  const claim = new Claim();
  for (const type of TARGET_TYPES) {
    const states = evidence.states[type];
    for (const state of [FAILED, LARGE_LOST])
      for (let cell = states.indexOf(state); cell !== -1; cell = states.indexOf(state, cell + 1)) {
        evidence.claim(claim, type, cell);
        if (claim.count % CLAIMS_A_STEP === 0) yield;
      }
  }
  if (claim.count === 0) return [];
  const many = claim.count >= MANY && claim.count > MUCH * known;
  const lone = claim.count === 1 ? pairOf(evidence, claim.cells[0]!) : null;
  return [
    draft("unexplained", {
      ...lone,
      severity: many ? "warning" : "info",
      claim,
      failed: claim.count,
      of: known,
    }),
  ];
}

/** A single failure between two nodes may be the route's, or just a lost packet's. */
function pairOf(
  evidence: Evidence,
  { type, cell }: { type: TargetType; cell: number },
): Partial<Draft> | null {
  const { targets } = evidence.round.matrices[type];
  const to = evidence.agentOf.get(evidence.round.plan.targets[type][cell % targets]!.node ?? "");
  const from = Math.floor(cell / targets);
  if (to === undefined || to === from) return null;
  return { nodes: [from], peers: [to], direction: "out", candidates: ["route", "packet-loss"] };
}
