import type { Cause, Severity } from "@netchecker/contract";

/** The lower, the more severe. */
export const SEVERITY_RANK: Readonly<Record<Severity, number>> = {
  critical: 0,
  warning: 1,
  info: 2,
};

/** The most severe first; of those, the one that explains most; what counts further ones comes after them. */
export function bySeverity(a: Cause, b: Cause): number {
  return (
    SEVERITY_RANK[a.severity] - SEVERITY_RANK[b.severity] ||
    Number(a.kind === "more") - Number(b.kind === "more") ||
    b.evidence.explains - a.evidence.explains
  );
}

/** The worst of some severities; info where there are none. */
export function worstOf(some: readonly { readonly severity: Severity }[]): Severity {
  return some.reduce<Severity>(
    (worst, { severity }) => (SEVERITY_RANK[severity] < SEVERITY_RANK[worst] ? severity : worst),
    "info",
  );
}
