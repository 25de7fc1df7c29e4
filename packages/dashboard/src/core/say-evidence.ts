import type { Finding } from "@netchecker/contract";
import { count, digits } from "./phrases.ts";

/**
 * The evidence for a finding and against it. Empty if no check failed for it: for example, a
 * missing agent makes no check fail.
 */
export function sayEvidence({ evidence, changes }: Pick<Finding, "evidence" | "changes">): string {
  const { explains, ofFailures, contradictedBy } = evidence;
  const checks = [
    explains > 0 ? `explains ${digits(explains)} of ${count(ofFailures, "failure")}` : "",
    contradictedBy > 0 ? `${count(contradictedBy, "check speaks", "checks speak")} against it` : "",
  ].filter(Boolean);
  const before = changes.length > 0 ? [`shortly before: ${changes.join(", ")}`] : [];
  return [checks.join(", "), ...before].filter(Boolean).join("; ");
}
