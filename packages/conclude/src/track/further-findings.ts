import type { Cause, Finding, FindingCount, FindingKind } from "@netchecker/contract";
import { SEVERITY_RANK, worstOf } from "../by-severity.ts";
import { sayFurther } from "../say/say-further.ts";

const MOST_EXAMPLES = 5;

/**
 * One cause for all findings beyond the most that are told: how many there are of each kind and severity, and
 * all that they explain. `counted` is such a cause that was made where causes were sought; null where none
 * was. Null where there are no further ones.
 */
export function furtherCause(further: readonly Finding[], counted: Cause | null): Cause | null {
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
      examples: all.flatMap(({ evidence }) => evidence.examples).slice(0, MOST_EXAMPLES),
    },
    planned: false,
    next: [],
    more,
  };
}

/** Those that have yet to stay to be alarms count as info until they did. */
export function asInfo(counted: Cause): Cause {
  return {
    ...counted,
    more: (counted.more ?? []).map((each) => ({ ...each, severity: "info" as const })),
  };
}

/** What is planned is no alarm, however widely it is. */
function asCount({ kind, severity, planned }: Finding): FindingCount {
  return { kind, severity: planned ? "info" : severity, count: 1 };
}

/** The most severe first, then the most. */
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

export const isFurther = ({ kind }: { readonly kind: FindingKind }) => kind === "more";
