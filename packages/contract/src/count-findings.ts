import type { Finding, Severity } from "./finding.ts";

/**
 * How many findings of a severity are active. A finding of the kind `more` counts as many as it
 * stands for.
 */
export function countFindings(
  findings: readonly Pick<Finding, "severity" | "state" | "more">[],
  severity: Severity,
): number {
  let sum = 0;
  for (const finding of findings) {
    if (finding.state === "recovered") continue;
    const counts = finding.more ?? [{ severity: finding.severity, count: 1 }];
    for (const each of counts) if (each.severity === severity) sum += each.count;
  }
  return sum;
}
