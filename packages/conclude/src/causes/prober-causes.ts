import { reasonCode, TARGET_TYPES } from "@netchecker/contract";
import { type Draft, draft } from "../evidence/draft.ts";
import { Claim } from "../evidence/claim.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Steps } from "@netchecker/round/steps";

const EXHAUSTED = reasonCode("local_exhaustion");
const FEW = 2;

/** What is the prober's own fault, whatever it probed. It goes first: it is evidence against no target. */
export function* proberCauses(evidence: Evidence): Steps<Draft[]> {
  const any = TARGET_TYPES.some((type) =>
    evidence.round.matrices[type].reasons.includes(EXHAUSTED),
  );
  const drafts: Draft[] = [];
  for (let n = 0; n < evidence.size; n += 1) {
    if (!evidence.heard(n)) continue;
    yield;
    if (any) drafts.push(...exhaustion(evidence, n));
    if (evidence.starved(n)) drafts.push(starvation(evidence, n));
  }
  return drafts;
}

function exhaustion(evidence: Evidence, n: number): Draft[] {
  const claim = new Claim();
  const { failed, of } = claimRow(evidence, n, claim, (code) => code === EXHAUSTED);
  if (failed === 0) return [];
  const severity = failed < FEW ? "info" : null;
  return [draft("local-exhaustion", { nodes: [n], layer: "process", claim, failed, of, severity })];
}

function starvation(evidence: Evidence, n: number): Draft {
  const claim = new Claim();
  const { failed, of } = claimRow(evidence, n, claim, () => true);
  const throttledMs = Math.max(
    ...Object.values(evidence.round.agents[n]!.health).map(({ prober }) => prober.throttledMs ?? 0),
  );
  const fact = throttledMs > 0 ? `the kernel held it back for ${Math.round(throttledMs)} ms` : null;
  return draft("prober-starved", { nodes: [n], layer: "process", claim, failed, of, fact });
}

/** Claims those failures of an agent whose reason is meant; tells how many there are, of how many probes. */
function claimRow(
  evidence: Evidence,
  n: number,
  claim: Claim,
  isMeant: (reasonCode: number) => boolean,
): { failed: number; of: number } {
  let of = 0;
  for (const type of TARGET_TYPES) {
    const { targets, reasons } = evidence.round.matrices[type];
    of += targets;
    for (let cell = n * targets; cell < (n + 1) * targets; cell += 1)
      if (isMeant(reasons[cell]!)) evidence.claim(claim, type, cell);
  }
  return { failed: claim.count, of };
}
