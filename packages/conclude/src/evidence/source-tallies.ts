import type { Check, TargetType } from "@netchecker/contract";
import type { Claim } from "./claim.ts";
import type { Evidence } from "./evidence.ts";
import { FAILED, WORKS } from "./outcome-state.ts";

/** How one agent fares with some targets that are no nodes: the service, DNS, the outside. */
export interface SourceTally {
  readonly n: number;
  readonly failed: number;
  readonly works: number;
}

export function targetsOf(evidence: Evidence, type: TargetType, ...checks: Check[]): number[] {
  return evidence.round.plan.targets[type].flatMap(({ check, address }, index) =>
    checks.includes(check) && address !== null ? [index] : [],
  );
}

/** Each agent that knows anything of the targets. */
export function sourceTallies(
  evidence: Evidence,
  type: TargetType,
  targets: readonly number[],
): SourceTally[] {
  const matrix = evidence.round.matrices[type];
  return evidence.nodes.flatMap((_, n) => {
    let failed = 0;
    let works = 0;
    for (const target of targets) {
      const state = evidence.states[type][matrix.cell(n, target)];
      if (state === FAILED) failed += 1;
      else if (state === WORKS) works += 1;
    }
    return failed + works === 0 ? [] : [{ n, failed, works }];
  });
}

export function claimTargets(
  evidence: Evidence,
  claim: Claim,
  type: TargetType,
  targets: readonly number[],
  sources: readonly number[],
): void {
  const matrix = evidence.round.matrices[type];
  for (const n of sources)
    for (const target of targets) evidence.claim(claim, type, matrix.cell(n, target));
}

/** All, but for a few whose way is shorter or whose luck was better. */
export function isEverywhere(failing: number, known: number): boolean {
  if (failing < 2) return failing === 1 && known === 1;
  return known - failing <= Math.floor(known * 0.1);
}
