import {
  countCell,
  type Counts,
  type Summary,
  TARGET_TYPES,
  type TargetType,
} from "@netchecker/contract";
import type { OutcomeMatrix } from "../outcome-matrix.ts";
import type { RoundPlan } from "../plan.ts";

type Matrices = Readonly<Record<TargetType, OutcomeMatrix>>;

/** Counts a round's outcomes. One that is not ok for a planned reason is planned, and in no total. */
export function summarize(plan: RoundPlan, matrices: Matrices): Summary {
  return Object.fromEntries(
    TARGET_TYPES.map((type) => [type, count(plan, type, matrices[type])]),
  ) as Summary;
}

function count(plan: RoundPlan, type: TargetType, { reasons }: OutcomeMatrix): Counts {
  const targets = plan.targets[type];
  const counts = { ok: 0, failed: 0, unknown: 0, planned: 0 };
  let cell = 0;
  for (const agent of plan.agents)
    for (const target of targets) {
      counts[countCell(reasons[cell]!, agent.planned, target.planned)] += 1;
      cell += 1;
    }
  return { total: counts.ok + counts.failed + counts.unknown, ...counts };
}
