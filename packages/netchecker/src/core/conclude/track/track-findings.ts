import type {
  Cause,
  Finding,
  FindingKind,
  FindingState,
  RoundHead,
  Severity,
} from "@netchecker/contract";
import type { ClusterView } from "../../cluster-view.ts";
import { bySeverity } from "../by-severity.ts";
import { isComingBack } from "./came-back.ts";
import { couldShow } from "./could-show.ts";
import type { FindingsMemory, Tracked } from "./findings-memory.ts";
import { loneFailures } from "./lone-failures.ts";
import { away, certain, type Mark, mark, marksNeeded, present } from "./marks.ts";
import { fellSilent, isWithin, matchCauses } from "./match-causes.ts";
import { changesAt, noteChanges } from "./node-changes.ts";

/** How long a finding that is over is still shown, in rounds. */
const REMEMBERED = 10;
/** One that was never an alarm is forgotten, once it cannot become one. */
const REMEMBERED_QUIET = 3;
const FLAPPING_RETURNS = 2;
/** Rounds without it that end one that comes and goes. */
const FLAPPING_ENDS = 2;

/** Ids of findings whose state is another one than in the round before. */
export interface ChangedFindings {
  readonly new: readonly string[];
  /** Those that became an alarm, in whichever round they began. */
  readonly alarmed: readonly string[];
  readonly flapping: readonly string[];
  readonly recovered: readonly string[];
}

export interface TrackedFindings {
  readonly findings: Finding[];
  readonly memory: FindingsMemory;
  readonly changed: ChangedFindings;
}

/**
 * What a round's causes are over time: since when, whether they stay, come back or are over. An alarm
 * needs two of three rounds, unless a whole node is gone. Pure.
 */
export function trackFindings(
  memory: FindingsMemory,
  found: readonly Cause[],
  head: RoundHead,
  view: ClusterView,
): TrackedFindings {
  if (head.state !== "closed")
    return { findings: shown(memory.findings), memory, changed: NOTHING_CHANGED };
  const noted = noteChanges(memory, view, head.id);
  const { lone, staying } = loneFailures(memory, found, view.nodes.length);
  const causes = [...found, ...staying];
  const matches = matchCauses(memory.findings, causes);
  const needed = marksNeeded(memory.noise, view.nodes.length);
  const ids = new Set(memory.findings.map(({ finding }) => finding.id));
  const seen = causes.map((cause) => {
    const known = matches.get(cause);
    const whole =
      known && !known.marks.endsWith("0") ? null : wholeOf(memory.findings, cause, causes);
    if (whole) return splitOff(whole, cause, head, needed, ids);
    return known
      ? seeAgain(known, cause, head, needed)
      : begin(cause, head, changesAt(noted.changes, [...cause.nodes, ...cause.peers]), ids);
  });
  const matched = new Set(matches.values());
  const nodes = new Set(view.nodes.map(({ name }) => name));
  const unseen = memory.findings
    .filter((tracked) => !matched.has(tracked))
    .flatMap((tracked) => miss(tracked, causes, head, nodes));
  const findings = [...seen, ...unseen];
  return {
    findings: shown(findings),
    memory: { ...memory, ...noted, lone, findings },
    changed: changes(memory.findings, findings),
  };
}

const NOTHING_CHANGED: ChangedFindings = { new: [], alarmed: [], flapping: [], recovered: [] };

function begin(cause: Cause, head: RoundHead, changed: string[], ids: Set<string>): Tracked {
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

/** The finding about several nodes that a cause was part of in the round before. */
function wholeOf(
  known: readonly Tracked[],
  cause: Cause,
  causes: readonly Cause[],
): Tracked | undefined {
  // Where it still is told of all of them, this is something else.
  if (causes.some((other) => isWithin(cause, other))) return undefined;
  return known.find(({ finding, marks }) => !marks.endsWith("0") && isWithin(cause, finding));
}

/** What is left at some of several nodes goes on as it was, by a name of its own. */
function splitOff(
  whole: Tracked,
  cause: Cause,
  head: RoundHead,
  needed: number,
  ids: Set<string>,
): Tracked {
  const goesOn = seeAgain(whole, cause, head, needed);
  return { ...goesOn, finding: { ...goesOn.finding, id: newId(cause, head.id, ids) } };
}

function seeAgain(known: Tracked, cause: Cause, head: RoundHead, needed: number): Tracked {
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
function miss(
  known: Tracked,
  causes: readonly Cause[],
  head: RoundHead,
  nodes: ReadonlySet<string>,
): Tracked[] {
  const { finding } = known;
  if (isSwallowed(finding, causes, head)) return [];
  const gone = finding.nodes.length > 0 && !finding.nodes.some((node) => nodes.has(node));
  if (!gone && !couldShow(finding, causes, head))
    return [{ ...known, finding: { ...finding, state: settled(finding.state) } }];
  const marks = mark(known.marks, "0");
  if (away(marks) > (known.alarmed ? REMEMBERED : REMEMBERED_QUIET)) return [];
  // One that comes and goes is not over because it is away for a moment.
  if (finding.state === "flapping" && away(marks) < FLAPPING_ENDS) return [{ ...known, marks }];
  return [{ ...known, marks, finding: { ...finding, state: "recovered", severity: "info" } }];
}

/** Whether it is told of with others now: then it has not recovered. */
function isSwallowed(finding: Finding, causes: readonly Cause[], { missing }: RoundHead): boolean {
  if (causes.some((cause) => isWithin(finding, cause))) return true;
  if (finding.kind !== "node-down" || finding.planned || finding.state === "recovered")
    return false;
  const unheard = new Set(missing.map(({ node }) => node));
  const together = causes.filter((cause) => cause.kind === "node-down" || fellSilent(cause));
  return finding.nodes.every(
    (node) =>
      unheard.has(node) &&
      together.some(({ nodes, peers }) => nodes.includes(node) || peers.includes(node)),
  );
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

/** What never was an alarm is not told to be over. */
function shown(findings: readonly Tracked[]): Finding[] {
  return findings
    .filter(({ finding, alarmed }) => finding.state !== "recovered" || alarmed)
    .map(({ finding }) => finding)
    .toSorted(bySeverity);
}

function changes(before: readonly Tracked[], after: readonly Tracked[]): ChangedFindings {
  const was = new Map(before.map((tracked) => [tracked.finding.id, tracked.finding]));
  const ids = (is: (now: Tracked, then: Finding | undefined) => boolean) =>
    after.filter((now) => is(now, was.get(now.finding.id))).map(({ finding }) => finding.id);
  const became = (state: FindingState) =>
    ids(
      ({ finding, alarmed }, then) => alarmed && finding.state === state && then?.state !== state,
    );
  return {
    new: ids(({ finding }) => finding.state === "new"),
    alarmed: ids(
      ({ finding }, then) => finding.severity !== "info" && (then?.severity ?? "info") === "info",
    ),
    flapping: became("flapping"),
    recovered: became("recovered"),
  };
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
