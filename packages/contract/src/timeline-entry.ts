import { countFindings } from "./count-findings.ts";
import type { Finding } from "./finding.ts";
import type { TimelineEntry } from "./history.ts";
import type { RoundHead, Summary } from "./round.ts";

/**
 * A round's entry on the timeline. If `findings` is null (they were not counted when the round was
 * stored, or the round has no result), the counts are null too. Null does not mean that there were
 * no findings.
 */
export function timelineEntry(
  head: RoundHead,
  summary: Summary | null,
  findings: readonly Finding[] | null,
): TimelineEntry {
  const { id, state, startedAt, durationMs, closedBy, kept, expected, reported } = head;
  const sum = (count: "total" | "failed" | "unknown") =>
    summary && Object.values(summary).reduce((all, counts) => all + counts[count], 0);
  const count = (severity: Finding["severity"]) => findings && countFindings(findings, severity);
  return {
    id,
    state,
    startedAt,
    durationMs,
    closedBy,
    kept,
    expected,
    reported,
    total: sum("total"),
    failed: sum("failed"),
    unknown: sum("unknown"),
    critical: count("critical"),
    warning: count("warning"),
    info: count("info"),
    verdict: head.verdict?.verdict ?? null,
  };
}
