import {
  countCell,
  type Counts,
  type Summary,
  TARGET_TYPES,
  type TargetType,
} from "@netchecker/contract";
import type { OutcomeMatrix } from "./outcome-matrix.ts";
import type { RoundPlan } from "./plan.ts";
import type { Steps } from "./steps.ts";

type Matrices = Readonly<Record<TargetType, OutcomeMatrix>>;

/**
 * Counts a round's outcomes. An outcome that is not ok for a planned reason counts as planned, and is not in the
 * total.
 */
export function* summarize(plan: RoundPlan, matrices: Matrices): Steps<Summary> {
  const counts: Partial<Summary> = {};
  for (const type of TARGET_TYPES) counts[type] = yield* count(plan, type, matrices[type]);
  return counts as Summary;
}

function* count(plan: RoundPlan, type: TargetType, { reasons }: OutcomeMatrix): Steps<Counts> {
  const targets = plan.targets[type];
  const counts = { ok: 0, failed: 0, unknown: 0, planned: 0 };
  let cell = 0;
  for (const agent of plan.agents) {
    yield;
    for (const target of targets) {
      counts[countCell(reasons[cell]!, agent.planned, target.planned)] += 1;
      cell += 1;
    }
  }
  return { total: counts.ok + counts.failed + counts.unknown, ...counts };
}
