import {
  type Counts,
  okOf,
  type Summary,
  TARGET_TYPES,
  type TargetType,
} from "@netchecker/contract";
import type { OutcomeMatrix } from "../outcome-matrix.ts";
import type { RoundPlan } from "../plan.ts";

type Matrices = Readonly<Record<TargetType, OutcomeMatrix>>;

/** Counts a round's outcomes. One that is not ok for a planned reason is expected, and in no total. */
export function summarize(plan: RoundPlan, matrices: Matrices): Summary {
  return Object.fromEntries(
    TARGET_TYPES.map((type) => [type, count(plan, type, matrices[type])]),
  ) as Summary;
}

function count(plan: RoundPlan, type: TargetType, { reasons }: OutcomeMatrix): Counts {
  const targets = plan.targets[type];
  const counts = { ok: 0, failed: 0, unknown: 0, expected: 0 };
  let cell = 0;
  for (const agent of plan.agents)
    for (const target of targets) {
      const ok = okOf(reasons[cell]!);
      cell += 1;
      if (ok) counts.ok += 1;
      else if (agent.expected ?? target.expected) counts.expected += 1;
      else if (ok === null) counts.unknown += 1;
      else counts.failed += 1;
    }
  return { total: counts.ok + counts.failed + counts.unknown, ...counts };
}
