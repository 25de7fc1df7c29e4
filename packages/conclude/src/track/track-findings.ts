import type { Cause, Finding, FindingState, RoundHead } from "@netchecker/contract";
import type { ClusterView } from "@netchecker/round/cluster-view";
import type { Steps } from "@netchecker/round/steps";
import { bySeverity } from "../by-severity.ts";
import type { FindingsMemory, NodeChange, Tracked } from "./findings-memory.ts";
import {
  startFinding,
  type Following,
  missFinding,
  continueFinding,
  splitOff,
  absenceContext,
} from "./follow-finding.ts";
import { type Followed, boundRemembered, divideShown } from "./bound-findings.ts";
import { loneFailures } from "./lone-failures.ts";
import { roundsNeeded } from "./marks.ts";
import { isGroupCause, isWithin, matchCauses } from "./match-causes.ts";
import { changesAt, noteChanges } from "./node-changes.ts";
import { isFurther, trackFurther } from "./further-findings.ts";

/** Ids of findings whose state changed since the round before. */
export interface ChangedFindings {
  readonly new: readonly string[];
  /** Findings that became an alarm in this round. They may have begun earlier. */
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
 * Turns a round's causes into findings that are followed over rounds: since when they exist, and whether they
 * stay, come back or are over. An alarm needs two of three rounds, unless a whole node is gone. People can read
 * only so many findings; one more finding counts the others. Pure.
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
    needed: roundsNeeded(memory.noise, view.nodes.length),
    ids: new Set(memory.findings.map(({ finding }) => finding.id)),
  };
  const matches = yield* matchCauses(known, causes);
  const seen = yield* followCauses(known, causes, {
    ...following,
    matches,
    changes: noted.changes,
  });
  const absence = absenceContext(head, causes, new Set(view.nodes.map(({ name }) => name)));
  const matched = new Set(matches.values());
  const unseen: Followed[] = [];
  for (const tracked of known) {
    if (matched.has(tracked)) continue;
    yield;
    for (const left of missFinding(tracked, absence))
      unseen.push({ tracked: left, causeSeverity: null });
  }
  const { kept, dropped } = boundRemembered([...seen, ...unseen], known);
  const { shown, further } = divideShown(kept.filter(isShown));
  const more = trackFurther(memory.findings.find(({ finding }) => isFurther(finding)) ?? null, {
    further: [...further, ...dropped].map(({ finding }) => finding),
    counted: found.find(isFurther) ?? null,
    following,
    absence,
  });
  const findings = [...kept, ...more];
  return {
    findings: inOrder([...shown, ...more]),
    memory: { ...memory, ...noted, lone, findings },
    changed: changes(memory.findings, findings),
  };
}

const NOTHING_CHANGED: ChangedFindings = { new: [], alarmed: [], flapping: [], recovered: [] };

function* followCauses(
  known: readonly Tracked[],
  causes: readonly Cause[],
  following: Following & {
    readonly matches: ReadonlyMap<Cause, Tracked>;
    readonly changes: readonly NodeChange[];
  },
): Steps<Followed[]> {
  const groupsNow = causes.filter(isGroupCause);
  const groupsBefore = known.filter(
    ({ finding, marks }) => !marks.endsWith("0") && isGroupCause(finding),
  );
  const followed: Followed[] = [];
  for (const cause of causes) {
    yield;
    const before = following.matches.get(cause);
    const wasPresent = before !== undefined && !before.marks.endsWith("0");
    const whole = wasPresent ? undefined : groupBefore(groupsBefore, cause, groupsNow);
    const tracked = whole
      ? splitOff(whole, cause, following)
      : before
        ? continueFinding(before, cause, following)
        : startFinding(
            cause,
            changesAt(following.changes, [...cause.nodes, ...cause.peers]),
            following,
          );
    followed.push({ tracked, causeSeverity: cause.severity });
  }
  return followed;
}

/** The finding about several nodes of which a cause was a part in the round before. */
function groupBefore(
  groupsBefore: readonly Tracked[],
  cause: Cause,
  groupsNow: readonly Cause[],
): Tracked | undefined {
  // If this round still has the cause about all of the nodes, this cause is another one.
  if (groupsNow.some((other) => isWithin(cause, other))) return undefined;
  return groupsBefore.find(({ finding }) => isWithin(cause, finding));
}

/** A finding that is over is shown only if it was an alarm. */
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
