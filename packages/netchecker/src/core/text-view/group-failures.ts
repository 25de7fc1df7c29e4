import { okOf, type Reason, reasonOf, TARGET_TYPES, type TargetType } from "@netchecker/contract";
import type { ClosedRound } from "../closed-round.ts";
import { NOT_KEPT_CODE } from "../outcome-matrix.ts";

/** Failures that share their target, or their source, and are told in one line. */
export interface FailureGroup {
  readonly type: TargetType;
  readonly check: string;
  /** Which side they share. */
  readonly by: "to" | "from";
  /** The index of the shared target or agent. */
  readonly index: number;
  /** The indices of the others. */
  readonly others: readonly number[];
  /** How many others could have failed. */
  readonly ofOthers: number;
  /** Most frequent first. */
  readonly reasons: readonly Reason[];
}

interface Failure {
  readonly agent: number;
  readonly target: number;
  readonly reason: Reason;
}

/** The groups that tell most, and how many failures they leave untold. */
export interface GroupedFailures {
  readonly groups: readonly FailureGroup[];
  readonly untold: number;
}

/** As few groups as can be had simply: the fullest row or column of what is left, `most` for each check. */
export function groupFailures(round: ClosedRound, most: number): GroupedFailures {
  const groups: FailureGroup[] = [];
  let untold = 0;
  for (const type of TARGET_TYPES) {
    const targets = round.plan.targets[type];
    const byCheck = Map.groupBy(failuresOf(round, type), ({ target }) => targets[target]!.check);
    for (const [check, failures] of byCheck) {
      const columns = targets.filter((target) => target.check === check).length;
      let left = failures;
      for (let told = 0; told < most && left.length > 0; told += 1) {
        const group = fullest(left, round.plan.agents.length, columns);
        groups.push({ type, check, ...group });
        const key = sharedBy(group.by);
        left = left.filter((failure) => failure[key] !== group.index);
      }
      untold += left.length;
    }
  }
  return { groups, untold };
}

const sharedBy = (by: FailureGroup["by"]) => (by === "to" ? "target" : "agent");

/** The row or the column that is broken for the greatest share. */
function fullest(
  failures: readonly Failure[],
  rows: number,
  columns: number,
): Omit<FailureGroup, "type" | "check"> {
  const column = largest(failures, "target");
  const row = largest(failures, "agent");
  const by = column.count / rows >= row.count / columns ? "to" : "from";
  const { index } = by === "to" ? column : row;
  const members = failures.filter((failure) => failure[sharedBy(by)] === index);
  return {
    by,
    index,
    others: members.map((failure) => failure[by === "to" ? "agent" : "target"]),
    ofOthers: by === "to" ? rows : columns,
    reasons: frequent(members.map(({ reason }) => reason)),
  };
}

function largest(failures: readonly Failure[], key: "agent" | "target") {
  const counts = new Map<number, number>();
  for (const failure of failures) counts.set(failure[key], (counts.get(failure[key]) ?? 0) + 1);
  let most = { index: -1, count: 0 };
  for (const [index, count] of counts) if (count > most.count) most = { index, count };
  return most;
}

function frequent(reasons: readonly Reason[]): Reason[] {
  return [...Map.groupBy(reasons, (reason) => reason)]
    .toSorted((a, b) => b[1].length - a[1].length)
    .map(([reason]) => reason);
}

function failuresOf({ plan, matrices }: ClosedRound, type: TargetType): Failure[] {
  const { reasons, targets } = matrices[type];
  const failures: Failure[] = [];
  for (const [cell, code] of reasons.entries()) {
    if (code === NOT_KEPT_CODE || okOf(code) !== false) continue;
    const agent = Math.floor(cell / targets);
    const target = cell % targets;
    if (plan.agents[agent]!.planned ?? plan.targets[type][target]!.planned) continue;
    failures.push({ agent, target, reason: reasonOf(code) });
  }
  return failures;
}
