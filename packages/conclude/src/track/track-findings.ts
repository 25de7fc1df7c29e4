import type { Cause, Finding, FindingState, RoundHead } from "@netchecker/contract";
import type { ClusterView } from "@netchecker/round/cluster-view";
import type { Steps } from "@netchecker/round/steps";
import { bySeverity } from "../by-severity.ts";
import type { FindingsMemory, NodeChange, Tracked } from "./findings-memory.ts";
import {
  begin,
  type Following,
  miss,
  seeAgain,
  splitOff,
  whatIsMissing,
} from "./follow-finding.ts";
import { isFurther } from "./further-findings.ts";
import { type Followed, keepMost, tellMost } from "./keep-most.ts";
import { loneFailures } from "./lone-failures.ts";
import { marksNeeded } from "./marks.ts";
import { isOfMany, isWithin, matchCauses } from "./match-causes.ts";
import { changesAt, noteChanges } from "./node-changes.ts";
import { trackFurther } from "./track-further.ts";

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
 * needs two of three rounds, unless a whole node is gone. So many are told that people can read them; one
 * more counts the others. Pure.
 */
export function* trackFindings(
  memory: FindingsMemory,
  found: readonly Cause[],
  head: RoundHead,
  view: ClusterView,
): Steps<TrackedFindings> {
  if (head.state !== "closed")
    return { findings: inOrder(memory.findings), memory, changed: NOTHING_CHANGED };
  const noted = noteChanges(memory, view, head.id);
  const { lone, staying } = loneFailures(memory, found, view.nodes.length);
  const causes = [...found.filter((cause) => !isFurther(cause)), ...staying];
  const known = memory.findings.filter(({ finding }) => !isFurther(finding));
  const following = {
    head,
    needed: marksNeeded(memory.noise, view.nodes.length),
    ids: new Set(memory.findings.map(({ finding }) => finding.id)),
  };
  const matches = yield* matchCauses(known, causes);
  const seen = yield* followCauses(known, causes, {
    ...following,
    matches,
    changes: noted.changes,
  });
  const missing = whatIsMissing(head, causes, new Set(view.nodes.map(({ name }) => name)));
  const matched = new Set(matches.values());
  const unseen: Followed[] = [];
  for (const tracked of known) {
    if (matched.has(tracked)) continue;
    yield;
    for (const left of miss(tracked, missing)) unseen.push({ tracked: left, causeSeverity: null });
  }
  const { kept, dropped } = keepMost([...seen, ...unseen], known);
  const { told, further } = tellMost(kept.filter(isShown));
  const more = trackFurther(memory.findings.find(({ finding }) => isFurther(finding)) ?? null, {
    further: [...further, ...dropped].map(({ finding }) => finding),
    counted: found.find(isFurther) ?? null,
    following,
    missing,
  });
  const findings = [...kept, ...more];
  return {
    findings: inOrder([...told, ...more]),
    memory: { ...memory, ...noted, lone, findings },
    changed: changes(memory.findings, findings),
  };
}

const NOTHING_CHANGED: ChangedFindings = { new: [], alarmed: [], flapping: [], recovered: [] };

function* followCauses(
  known: readonly Tracked[],
  causes: readonly Cause[],
  with_: Following & {
    readonly matches: ReadonlyMap<Cause, Tracked>;
    readonly changes: readonly NodeChange[];
  },
): Steps<Followed[]> {
  const wholesNow = causes.filter(isOfMany);
  const wholesBefore = known.filter(
    ({ finding, marks }) => !marks.endsWith("0") && isOfMany(finding),
  );
  const followed: Followed[] = [];
  for (const cause of causes) {
    yield;
    const before = with_.matches.get(cause);
    const isThere = before !== undefined && !before.marks.endsWith("0");
    const whole = isThere ? undefined : wholeOf(wholesBefore, cause, wholesNow);
    const tracked = whole
      ? splitOff(whole, cause, with_)
      : before
        ? seeAgain(before, cause, with_)
        : begin(cause, changesAt(with_.changes, [...cause.nodes, ...cause.peers]), with_);
    followed.push({ tracked, causeSeverity: cause.severity });
  }
  return followed;
}

/** The finding about several nodes that a cause was part of in the round before. */
function wholeOf(
  wholesBefore: readonly Tracked[],
  cause: Cause,
  wholesNow: readonly Cause[],
): Tracked | undefined {
  // Where it still is told of all of them, this is something else.
  if (wholesNow.some((other) => isWithin(cause, other))) return undefined;
  return wholesBefore.find(({ finding }) => isWithin(cause, finding));
}

/** What never was an alarm is not told to be over. */
function isShown({ finding, alarmed }: Tracked): boolean {
  return finding.state !== "recovered" || alarmed;
}

function inOrder(findings: readonly Tracked[]): Finding[] {
  return findings
    .filter(isShown)
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
