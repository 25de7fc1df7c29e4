import type {
  Cause,
  Finding,
  FindingKind,
  FindingState,
  RoundHead,
  Severity,
} from "@netchecker/contract";
import { isComingBack } from "./came-back.ts";
import { couldShow, type Visibility, visibilityOf } from "./could-show.ts";
import type { Tracked } from "./findings-memory.ts";
import { addMark, countCertain, countPresent, type Mark, roundsAbsent } from "./marks.ts";
import { fellSilent, isGroupCause, isWithin } from "./match-causes.ts";

/** How many rounds a finding that is over is still shown. */
const ROUNDS_SHOWN_AFTER_END = 10;
/** A finding that was never an alarm is forgotten earlier: after this many rounds it cannot become one. */
const ROUNDS_KEPT_WITHOUT_ALARM = 3;
const FLAPPING_RETURNS = 2;
/** A flapping finding is over after this many rounds without it. */
const ROUNDS_ENDING_FLAPPING = 2;

/** What is needed to follow findings from one round to the next. */
export interface Following {
  readonly head: RoundHead;
  /** In how many of five rounds a single probe must fail so that it is not chance. */
  readonly needed: number;
  /** The ids in use. */
  readonly ids: Set<string>;
}

/** What is needed to decide about findings that a round does not show. */
export interface AbsenceContext {
  readonly visibility: Visibility;
  /** The cluster's nodes. */
  readonly nodes: ReadonlySet<string>;
  /** The causes of this round that are about several nodes. */
  readonly groupCauses: readonly Cause[];
  /** Nodes that this round calls down or silent. */
  readonly downNodes: ReadonlySet<string>;
}

export function absenceContext(
  head: RoundHead,
  causes: readonly Cause[],
  nodes: ReadonlySet<string>,
): AbsenceContext {
  const down = causes.filter((cause) => cause.kind === "node-down" || fellSilent(cause));
  return {
    visibility: visibilityOf(head, causes),
    nodes,
    groupCauses: causes.filter(isGroupCause),
    downNodes: new Set(down.flatMap((cause) => [...cause.nodes, ...cause.peers])),
  };
}

/** A finding in its first round. `changed` says what happened to its nodes before. */
export function startFinding(cause: Cause, changed: string[], { head, ids }: Following): Tracked {
  const moment = { round: head.id, at: head.startedAt };
  const marks = markOf(cause);
  const severity = severityAfter(cause, marks, false, 2);
  return {
    finding: {
      ...cause,
      id: newId(cause, head.id, ids),
      severity,
      state: "new",
      since: moment,
      lastSeen: moment,
      rounds: 1,
      flaps: 0,
      changes: changed,
    },
    marks,
    alarmed: severity !== "info",
    returns: [],
  };
}

/**
 * A finding about several nodes falls apart: the part that is left goes on with a new id, but keeps onset and marks.
 */
export function splitOff(whole: Tracked, cause: Cause, following: Following): Tracked {
  const { head, ids } = following;
  const continued = continueFinding(whole, cause, following);
  return { ...continued, finding: { ...continued.finding, id: newId(cause, head.id, ids) } };
}

/** A known finding that this round shows again. */
export function continueFinding(
  known: Tracked,
  cause: Cause,
  { head, needed }: Following,
): Tracked {
  const { finding } = known;
  const cameBack = known.marks.endsWith("0");
  const marks = addMark(known.marks, markOf(cause));
  const returns = [...known.returns, ...(cameBack && known.alarmed ? [head.id] : [])].filter(
    (round) => head.id - round < ROUNDS_SHOWN_AFTER_END,
  );
  const flaps = returns.length >= FLAPPING_RETURNS;
  // A flapping finding stays an alarm in rounds in which it is so weak that it may be chance.
  const steady = flaps && cause.severity === "info" ? finding.severity : null;
  const wasAlarm = known.alarmed && (flaps || !cameBack);
  const severity = steady ?? severityAfter(cause, marks, wasAlarm, needed);
  const state: FindingState = flaps ? "flapping" : "ongoing";
  return {
    finding: {
      ...finding,
      ...cause,
      severity,
      state,
      lastSeen: { round: head.id, at: head.startedAt },
      rounds: finding.rounds + 1,
      flaps: finding.flaps + (cameBack && known.alarmed ? 1 : 0),
    },
    marks,
    alarmed: known.alarmed || severity !== "info",
    returns,
  };
}

/** A known finding that this round does not show. Empty if the finding is forgotten. */
export function missFinding(known: Tracked, round: AbsenceContext): Tracked[] {
  const { finding } = known;
  if (isPartOfAnother(finding, round)) return [];
  const gone = finding.nodes.length > 0 && !finding.nodes.some((node) => round.nodes.has(node));
  if (!gone && !couldShow(finding, round.visibility))
    return [{ ...known, finding: { ...finding, state: settled(finding.state) } }];
  const marks = addMark(known.marks, "0");
  const kept = known.alarmed ? ROUNDS_SHOWN_AFTER_END : ROUNDS_KEPT_WITHOUT_ALARM;
  if (roundsAbsent(marks) > kept) return [];
  // One round without a flapping finding does not end it.
  if (finding.state === "flapping" && roundsAbsent(marks) < ROUNDS_ENDING_FLAPPING)
    return [{ ...known, marks }];
  return [{ ...known, marks, finding: { ...finding, state: "recovered", severity: "info" } }];
}

/** Whether a finding of this round about more nodes includes this one. Then this one has not recovered. */
function isPartOfAnother(
  finding: Finding,
  { groupCauses, downNodes, visibility }: AbsenceContext,
): boolean {
  if (groupCauses.some((cause) => isWithin(finding, cause))) return true;
  if (finding.kind !== "node-down" || finding.planned || finding.state === "recovered")
    return false;
  return finding.nodes.every((node) => visibility.missing.has(node) && downNodes.has(node));
}

const settled = (state: FindingState): FindingState => (state === "new" ? "ongoing" : state);

/** A cause of severity info is weak, with one exception: a node that comes back was certainly not reached. */
const markOf = (cause: Cause): Mark =>
  cause.severity === "info" && !isComingBack(cause) ? "w" : "1";

/** The severity of a finding: it is an alarm only if these marks show that the cause stays. */
function severityAfter(cause: Cause, marks: string, wasAlarm: boolean, needed: number): Severity {
  if (cause.severity === "info") {
    if (cause.planned || cause.kind === "unexplained") return "info";
    if (cause.kind === "packet-loss") return countPresent(marks, 5) >= 4 ? "warning" : "info";
    const mayBeChance = cause.candidates.includes("packet-loss");
    return mayBeChance && countPresent(marks, 5) >= needed ? "warning" : "info";
  }
  if (isCertain(cause) || wasAlarm || countCertain(marks, 3) >= 2) return cause.severity;
  return "info";
}

/** Kinds that are an alarm in their first round: whole nodes are gone, nobody reports, or much is left out. */
const KINDS_CERTAIN_IN_ONE_ROUND: ReadonlySet<FindingKind> = new Set([
  "node-down",
  "no-report",
  "left-out",
]);

function isCertain(cause: Cause): boolean {
  return KINDS_CERTAIN_IN_ONE_ROUND.has(cause.kind) || fellSilent(cause);
}

/** Readable, and fit for a URL: `pod-network-node-7-40`. */
function newId(cause: Cause, round: number, ids: Set<string>): string {
  const places = [cause.nodes[0], cause.peers[0], cause.target].filter((each) => each != null);
  const name = [cause.kind, ...places].join("-").replace(/[^A-Za-z0-9.-]+/g, "-");
  let id = `${name.slice(0, 200)}-${round}`;
  for (let more = 2; ids.has(id); more += 1) id = `${name.slice(0, 200)}-${round}-${more}`;
  ids.add(id);
  return id;
}
