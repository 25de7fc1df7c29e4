import type { Cause, Finding, FindingCount, FindingKind } from "@netchecker/contract";
import { SEVERITY_RANK, worstOf } from "../by-severity.ts";
import { sayFurther } from "../say/say-further.ts";
import type { Tracked } from "./findings-memory.ts";
import {
  continueFinding,
  type Following,
  missFinding,
  type AbsenceContext,
  startFinding,
} from "./follow-finding.ts";

const MAX_EXAMPLES = 5;

/** Whether a finding is the one that counts all findings that are not shown one by one. */
export const isFurther = ({ kind }: { readonly kind: FindingKind }) => kind === "more";

/**
 * Follows the finding that counts all findings that are not shown one by one. Empty if there are none. Each of
 * `further` was followed by itself before. The causes that `counted` counts were not: they are an alarm once
 * there were some in two of three rounds, as each of them would be.
 */
export function trackFurther(
  known: Tracked | null,
  {
    further,
    counted,
    following,
    absence,
  }: {
    readonly further: readonly Finding[];
    readonly counted: Cause | null;
    readonly following: Following;
    readonly absence: AbsenceContext;
  },
): Tracked[] {
  const cause = furtherCause(further, counted);
  if (!cause) return known ? missFinding(known, absence) : [];
  const tracked = known
    ? continueFinding(known, cause, following)
    : startFinding(cause, [], following);
  const stays = tracked.finding.severity !== "info";
  const { more = [], summary } = furtherCause(
    further,
    counted && !stays ? asInfo(counted) : counted,
  )!;
  const severity = worstOf(more);
  return [
    {
      ...tracked,
      alarmed: tracked.alarmed || severity !== "info",
      finding: { ...tracked.finding, severity, more, summary },
    },
  ];
}

/**
 * One cause for all findings that are not shown one by one: how many there are of each kind and severity, and
 * how many failures they explain. `counted` is such a cause that the search for causes already made, or null.
 * Returns null if there is nothing to count.
 */
function furtherCause(further: readonly Finding[], counted: Cause | null): Cause | null {
  const more = countEach([...further.map(asCount), ...(counted?.more ?? [])]);
  if (more.length === 0) return null;
  const all: Cause[] = [...(counted ? [counted] : []), ...further];
  return {
    kind: "more",
    severity: worstOf(more),
    nodes: [],
    peers: [],
    layer: null,
    direction: null,
    target: null,
    candidates: [...new Set(more.map(({ kind }) => kind))],
    summary: sayFurther(more),
    evidence: {
      explains: all.reduce((sum, { evidence }) => sum + evidence.explains, 0),
      ofFailures: all.reduce((most, { evidence }) => Math.max(most, evidence.ofFailures), 0),
      contradictedBy: 0,
      examples: all.flatMap(({ evidence }) => evidence.examples).slice(0, MAX_EXAMPLES),
    },
    planned: false,
    next: [],
    more,
  };
}

/** Counted causes that have not stayed long enough for an alarm count as info. */
function asInfo(counted: Cause): Cause {
  return {
    ...counted,
    more: (counted.more ?? []).map((each) => ({ ...each, severity: "info" as const })),
  };
}

/** A planned finding counts as info, because it is never an alarm. */
function asCount({ kind, severity, planned }: Finding): FindingCount {
  return { kind, severity: planned ? "info" : severity, count: 1 };
}

/** Adds up counts of the same kind and severity. Sorts by severity, then by count. */
function countEach(counts: readonly FindingCount[]): FindingCount[] {
  const sums = new Map<string, FindingCount>();
  for (const { kind, severity, count } of counts) {
    const key = `${kind} ${severity}`;
    sums.set(key, { kind, severity, count: count + (sums.get(key)?.count ?? 0) });
  }
  return [...sums.values()].toSorted(
    (a, b) => SEVERITY_RANK[a.severity] - SEVERITY_RANK[b.severity] || b.count - a.count,
  );
}
