import { okOf, type Reason, reasonOf, TARGET_TYPES, type TargetType } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { NOT_KEPT_CODE } from "@netchecker/round/outcome-matrix";
import type { Steps } from "@netchecker/round/steps";

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

/** The groups that tell most, and how many failures they leave untold. */
export interface GroupedFailures {
  readonly groups: readonly FailureGroup[];
  readonly untold: number;
}

/** As few groups as can be had simply: the fullest row or column of what is left, `most` for each check. */
export function* groupFailures(round: ClosedRound, most: number): Steps<GroupedFailures> {
  const groups: FailureGroup[] = [];
  let untold = 0;
  for (const type of TARGET_TYPES) {
    const left = yield* countFailures(round, type);
    for (const check of left.keys()) {
      const failures = left.get(check)!;
      for (let told = 0; told < most && failures.total > 0; told += 1) {
        groups.push({ type, check, ...takeFullest(failures) });
        yield;
      }
      untold += failures.total;
    }
  }
  return { groups, untold };
}

/** The failures of one check that no group tells yet, as counts: there may be a million of them. */
interface FailuresLeft {
  total: number;
  /** The targets of the check. */
  readonly columns: readonly number[];
  readonly ofAgent: Uint32Array;
  readonly ofTarget: Uint32Array;
  /** The code of a cell that failed and is in no group; null for all others. */
  codeOf(agent: number, target: number): number | null;
}

function* countFailures(
  { plan, matrices }: ClosedRound,
  type: TargetType,
): Steps<Map<string, FailuresLeft>> {
  const { reasons, targets: count } = matrices[type];
  const targets = plan.targets[type];
  const isPlanned = targets.map(({ planned }) => planned !== null);
  const left = new Map<string, FailuresLeft>();
  const byCheck = Map.groupBy(targets.keys(), (target) => targets[target]!.check);
  for (const [check, columns] of byCheck) {
    const ofAgent = new Uint32Array(plan.agents.length);
    const ofTarget = new Uint32Array(count);
    const codeOf = (agent: number, target: number): number | null => {
      if (ofAgent[agent] === 0 || ofTarget[target] === 0) return null;
      return failureAt(reasons[agent * count + target]!, isPlanned[target]!);
    };
    let total = 0;
    for (const [agent, { planned }] of plan.agents.entries()) {
      if (planned !== null) continue;
      for (const target of columns) {
        if (failureAt(reasons[agent * count + target]!, isPlanned[target]!) === null) continue;
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

/** The code of a failure that counts; null for what is no failure. */
function failureAt(code: number, isPlanned: boolean): number | null {
  return code === NOT_KEPT_CODE || okOf(code) !== false || isPlanned ? null : code;
}

/** Takes out the row or the column that is broken for the greatest share. */
function takeFullest(left: FailuresLeft): Omit<FailureGroup, "type" | "check"> {
  const { columns, ofAgent, ofTarget } = left;
  const agent = largest(ofAgent);
  const target = largest(ofTarget);
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

/** Where the greatest count is; the first of several. */
function largest(counts: Uint32Array): number {
  let index = 0;
  for (let at = 1; at < counts.length; at += 1) if (counts[at]! > counts[index]!) index = at;
  return index;
}

function frequent(reasons: readonly Reason[]): Reason[] {
  return [...Map.groupBy(reasons, (reason) => reason)]
    .toSorted((a, b) => b[1].length - a[1].length)
    .map(([reason]) => reason);
}
