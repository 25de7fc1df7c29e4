import type { Cause, Severity } from "@netchecker/contract";

const RANK: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 };

/** The most severe first; of those, the one that explains most. */
export function bySeverity(a: Cause, b: Cause): number {
  return RANK[a.severity] - RANK[b.severity] || b.evidence.explains - a.evidence.explains;
}
