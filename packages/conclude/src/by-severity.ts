import type { Cause, Severity } from "@netchecker/contract";

/** A lower rank is more severe. */
export const SEVERITY_RANK: Readonly<Record<Severity, number>> = {
  critical: 0,
  warning: 1,
  info: 2,
};

/**
 * Sorts the most severe cause first, and among equals the one that explains most. The `more` cause comes after its
 * equals.
 */
export function bySeverity(a: Cause, b: Cause): number {
  return (
    SEVERITY_RANK[a.severity] - SEVERITY_RANK[b.severity] ||
    Number(a.kind === "more") - Number(b.kind === "more") ||
    b.evidence.explains - a.evidence.explains
  );
}

/** The worst severity; info for an empty list. */
export function worstOf(some: readonly { readonly severity: Severity }[]): Severity {
  return some.reduce<Severity>(
    (worst, { severity }) => (SEVERITY_RANK[severity] < SEVERITY_RANK[worst] ? severity : worst),
    "info",
  );
}
