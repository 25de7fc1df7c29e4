import type { Finding, RoundHead, Summary, TimelineEntry } from "@netchecker/contract";
import { sum } from "../verdict.ts";

/** A round → its place on the timeline, as `/timeline` would give it. */
export function entryOf(
  round: RoundHead,
  summary: Summary,
  findings: readonly Finding[],
): TimelineEntry {
  const { total, failed, unknown } = sum(Object.values(summary));
  const active = findings.filter(({ state }) => state !== "recovered");
  const of = (severity: Finding["severity"]) =>
    active.filter((finding) => finding.severity === severity).length;
  const { id, state, startedAt, durationMs, closedBy, kept, expected, reported } = round;
  return {
    id,
    state,
    startedAt,
    durationMs,
    closedBy,
    kept,
    expected,
    reported,
    total,
    failed,
    unknown,
    critical: of("critical"),
    warning: of("warning"),
    info: of("info"),
  };
}

/** The timeline with a round that just closed; the same where it is there already. Null: rounds between are not known. */
export function extended(
  rounds: readonly TimelineEntry[],
  entry: TimelineEntry,
): readonly TimelineEntry[] | null {
  const last = rounds.at(-1);
  if (!last || entry.id > last.id + 1) return null;
  const at = rounds.findIndex(({ id }) => id === entry.id);
  return at === -1 ? (entry.id < last.id ? rounds : [...rounds, entry]) : rounds.with(at, entry);
}
