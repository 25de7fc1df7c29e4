import type {
  Cause,
  Finding,
  FindingKind,
  FindingState,
  RoundHead,
  Severity,
} from "@netchecker/contract";
import { isComingBack } from "./came-back.ts";
import { couldShow, type Sight, sightOf } from "./could-show.ts";
import type { Tracked } from "./findings-memory.ts";
import { away, certain, type Mark, mark, present } from "./marks.ts";
import { fellSilent, isOfMany, isWithin } from "./match-causes.ts";

/** How long a finding that is over is still shown, in rounds. */
const REMEMBERED = 10;
/** One that was never an alarm is forgotten, once it cannot become one. */
const REMEMBERED_QUIET = 3;
const FLAPPING_RETURNS = 2;
/** Rounds without it that end one that comes and goes. */
const FLAPPING_ENDS = 2;

/** What findings are followed with from one round to the next. */
export interface Following {
  readonly head: RoundHead;
  /** In how many of five rounds a failure of a single probe must be there to be no chance. */
  readonly needed: number;
  /** All that are taken. */
  readonly ids: Set<string>;
}

/** What became of findings that a round does not show. */
export interface Missing {
  readonly sight: Sight;
  /** The cluster's nodes. */
  readonly nodes: ReadonlySet<string>;
  /** Its causes that tell of several nodes. */
  readonly wholes: readonly Cause[];
  /** Nodes that are told to be down, or to have fallen silent, with others. */
  readonly together: ReadonlySet<string>;
}

export function whatIsMissing(
  head: RoundHead,
  causes: readonly Cause[],
  nodes: ReadonlySet<string>,
): Missing {
  const down = causes.filter((cause) => cause.kind === "node-down" || fellSilent(cause));
  return {
    sight: sightOf(head, causes),
    nodes,
    wholes: causes.filter(isOfMany),
    together: new Set(down.flatMap((cause) => [...cause.nodes, ...cause.peers])),
  };
}

/** A finding in its first round. `changed`: what happened to its nodes before. */
export function begin(cause: Cause, changed: string[], { head, ids }: Following): Tracked {
  const moment = { round: head.id, at: head.startedAt };
  const marks = markOf(cause);
  const severity = gate(cause, marks, false, 2);
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

/** What is left at some of several nodes goes on as it was, by a name of its own. */
export function splitOff(whole: Tracked, cause: Cause, following: Following): Tracked {
  const { head, ids } = following;
  const goesOn = seeAgain(whole, cause, following);
  return { ...goesOn, finding: { ...goesOn.finding, id: newId(cause, head.id, ids) } };
}

/** A finding in one more round. */
export function seeAgain(known: Tracked, cause: Cause, { head, needed }: Following): Tracked {
  const { finding } = known;
  const cameBack = known.marks.endsWith("0");
  const marks = mark(known.marks, markOf(cause));
  const returns = [...known.returns, ...(cameBack && known.alarmed ? [head.id] : [])].filter(
    (round) => head.id - round < REMEMBERED,
  );
  const flaps = returns.length >= FLAPPING_RETURNS;
  // One that comes and goes is an alarm also while it is there so weakly that it may be chance.
  const steady = flaps && cause.severity === "info" ? finding.severity : null;
  const wasAlarm = known.alarmed && (flaps || !cameBack);
  const severity = steady ?? gate(cause, marks, wasAlarm, needed);
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

/** What this round does not show is over, or cannot be seen. Nothing where it is forgotten. */
export function miss(known: Tracked, missing: Missing): Tracked[] {
  const { finding } = known;
  if (isSwallowed(finding, missing)) return [];
  const gone = finding.nodes.length > 0 && !finding.nodes.some((node) => missing.nodes.has(node));
  if (!gone && !couldShow(finding, missing.sight))
    return [{ ...known, finding: { ...finding, state: settled(finding.state) } }];
  const marks = mark(known.marks, "0");
  if (away(marks) > (known.alarmed ? REMEMBERED : REMEMBERED_QUIET)) return [];
  // One that comes and goes is not over because it is away for a moment.
  if (finding.state === "flapping" && away(marks) < FLAPPING_ENDS) return [{ ...known, marks }];
  return [{ ...known, marks, finding: { ...finding, state: "recovered", severity: "info" } }];
}

/** Whether it is told of with others now: then it has not recovered. */
function isSwallowed(finding: Finding, { wholes, together, sight }: Missing): boolean {
  if (wholes.some((cause) => isWithin(finding, cause))) return true;
  if (finding.kind !== "node-down" || finding.planned || finding.state === "recovered")
    return false;
  return finding.nodes.every((node) => sight.missing.has(node) && together.has(node));
}

const settled = (state: FindingState): FindingState => (state === "new" ? "ongoing" : state);

/** Of a node that comes back it is certain that it was not reached. */
const markOf = (cause: Cause): Mark =>
  cause.severity === "info" && !isComingBack(cause) ? "w" : "1";

/** The severity that a cause has after these rounds. */
function gate(cause: Cause, marks: string, wasAlarm: boolean, needed: number): Severity {
  if (cause.severity === "info") {
    if (cause.planned || cause.kind === "unexplained") return "info";
    if (cause.kind === "packet-loss") return present(marks, 5) >= 4 ? "warning" : "info";
    const mayBeChance = cause.candidates.includes("packet-loss");
    return mayBeChance && present(marks, 5) >= needed ? "warning" : "info";
  }
  if (isCertain(cause) || wasAlarm || certain(marks, 3) >= 2) return cause.severity;
  return "info";
}

/** What one round is enough for: whole nodes that are gone, that nobody reports, and what is planned. */
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
