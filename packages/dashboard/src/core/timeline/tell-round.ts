import type { TimelineEntry } from "@netchecker/contract";
import { clockTime } from "../age.ts";
import { count, digits } from "../phrases.ts";

/** One round in a line: `Round 12, 23:12: 7 findings, 976 failed, 6 agents missing`. */
export function tellRound(round: TimelineEntry, now: number): string {
  return `Round ${round.id}, ${clockTime(round.startedAt, now)}: ${whatItShows(round)}`;
}

function whatItShows(round: TimelineEntry): string {
  const { failed, unknown, critical, warning, state, expected, reported } = round;
  if (failed === null) return state === "failed" ? "could not be run" : state;
  const findings = (critical ?? 0) + (warning ?? 0);
  const parts = [
    findings > 0 ? count(findings, "finding") : "",
    failed > 0 ? `${digits(failed)} failed` : "",
    unknown ? `${digits(unknown)} not measured` : "",
    reported < expected ? `${count(expected - reported, "agent")} missing` : "",
  ].filter(Boolean);
  return parts.join(", ") || "all well";
}
