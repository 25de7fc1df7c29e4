import {
  countCell,
  type PlannedWhy,
  type Reason,
  reasonOf,
  TARGET_TYPES,
  type TargetType,
} from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { NOT_KEPT_CODE } from "@netchecker/round/outcome-matrix";
import type { Steps } from "@netchecker/round/steps";

/** Failures that share their target, or their source, and are shown in one line. */
export interface FailureGroup {
  readonly type: TargetType;
  readonly check: string;
  /** Which side they share. */
  readonly by: "to" | "from";
  /** The index of the shared target or agent. */
  readonly index: number;
  /** The indices of the others. */
  readonly others: readonly number[];
  /** How many agents, or targets, could have failed. */
  readonly ofOthers: number;
  /** Most frequent first. */
  readonly reasons: readonly Reason[];
}

/** The largest groups, and how many failures are in none of them. */
export interface GroupedFailures {
  readonly groups: readonly FailureGroup[];
  readonly omitted: number;
}

/**
 * Groups failures greedily: it takes the fullest row or column, again and again, up to `maxGroups` for each check.
 */
export function* groupFailures(round: ClosedRound, maxGroups: number): Steps<GroupedFailures> {
  const groups: FailureGroup[] = [];
  let omitted = 0;
  for (const type of TARGET_TYPES) {
    const left = yield* countFailures(round, type);
    for (const check of left.keys()) {
      const failures = left.get(check)!;
      for (let count = 0; count < maxGroups && failures.total > 0; count += 1) {
        groups.push({ type, check, ...takeFullest(failures) });
        yield;
      }
      omitted += failures.total;
    }
  }
  return { groups, omitted };
}

/** The failures of one check that are in no group yet. They are only counted, because there may be a million. */
interface FailuresLeft {
  total: number;
  /** The targets of the check. */
  readonly columns: readonly number[];
  readonly ofAgent: Uint32Array;
  readonly ofTarget: Uint32Array;
  /** The reason code of a failure that is in no group yet; null for all other cells. */
  codeOf(agent: number, target: number): number | null;
}

function* countFailures(
  { plan, matrices }: ClosedRound,
  type: TargetType,
): Steps<Map<string, FailuresLeft>> {
  const { reasons, targets: count } = matrices[type];
  const targets = plan.targets[type];
  const failureAt = (agent: number, target: number): number | null => {
    const code = reasons[agent * count + target]!;
    return isFailure(code, plan.agents[agent]!.planned, targets[target]!.planned) ? code : null;
  };
  const left = new Map<string, FailuresLeft>();
  const byCheck = Map.groupBy(targets.keys(), (target) => targets[target]!.check);
  for (const [check, columns] of byCheck) {
    const ofAgent = new Uint32Array(plan.agents.length);
    const ofTarget = new Uint32Array(count);
    const codeOf = (agent: number, target: number): number | null => {
      if (ofAgent[agent] === 0 || ofTarget[target] === 0) return null;
      return failureAt(agent, target);
    };
    let total = 0;
    for (const [agent, { planned }] of plan.agents.entries()) {
      if (planned !== null) continue;
      for (const target of columns) {
        if (failureAt(agent, target) === null) continue;
        ofAgent[agent]! += 1;
        ofTarget[target]! += 1;
        total += 1;
      }
      yield;
    }
    left.set(check, { total, columns, ofAgent, ofTarget, codeOf });
  }
  return left;
}

function isFailure(code: number, agent: PlannedWhy | null, target: PlannedWhy | null): boolean {
  return code !== NOT_KEPT_CODE && countCell(code, agent, target) === "failed";
}

/** Removes the row or column with the greatest share of failures, and returns it as a group. */
function takeFullest(left: FailuresLeft): Omit<FailureGroup, "type" | "check"> {
  const { columns, ofAgent, ofTarget } = left;
  const agent = indexOfLargest(ofAgent);
  const target = indexOfLargest(ofTarget);
  const by = ofTarget[target]! / ofAgent.length >= ofAgent[agent]! / columns.length ? "to" : "from";
  const across = by === "to" ? [...ofAgent.keys()] : columns;
  const others: number[] = [];
  const codes: number[] = [];
  for (const other of across) {
    const code = by === "to" ? left.codeOf(other, target) : left.codeOf(agent, other);
    if (code === null) continue;
    others.push(other);
    codes.push(code);
  }
  for (const other of others) (by === "to" ? ofAgent : ofTarget)[other]! -= 1;
  (by === "to" ? ofTarget : ofAgent)[by === "to" ? target : agent] = 0;
  left.total -= others.length;
  return {
    by,
    index: by === "to" ? target : agent,
    others,
    ofOthers: by === "to" ? ofAgent.length : columns.length,
    reasons: frequent(codes.map(reasonOf)),
  };
}

/** The index of the greatest count; the first one if there are several. */
function indexOfLargest(counts: Uint32Array): number {
  let index = 0;
  for (let at = 1; at < counts.length; at += 1) if (counts[at]! > counts[index]!) index = at;
  return index;
}

function frequent(reasons: readonly Reason[]): Reason[] {
  return [...Map.groupBy(reasons, (reason) => reason)]
    .toSorted((a, b) => b[1].length - a[1].length)
    .map(([reason]) => reason);
}
