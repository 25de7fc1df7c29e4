import type { TimelineEntry } from "@netchecker/contract";
import { clockTime } from "../age.ts";
import { sayVerdict } from "../first-line.ts";
import { count, digits } from "../phrases.ts";
import { type Bar, isUnmeasured, tellingRound } from "./layout.ts";

/** One round in a line: `Round 12, 23:12: failing, 7 alarms, 976 failed, 6 agents missing`. */
export function tellRound(round: TimelineEntry, now: number): string {
  return `Round ${round.id}, ${clockTime(round.startedAt, now)}: ${whatItShows(round)}`;
}

/** A bar in a line: its most informative round, and what the other rounds would hide. */
export function tellBar(bar: Bar, now: number): string {
  const telling = tellingRound(bar);
  const others = bar.unmeasured - (isUnmeasured(telling) ? 1 : 0);
  const more = others > 0 ? `; ${count(others, "round")} beside it unmeasured` : "";
  return tellRound(telling, now) + more;
}

const WITHOUT_RESULT = {
  open: "open",
  measured: "measured, being concluded",
  closed: "closed",
  failed: "unmeasured, it could not be published",
  abandoned: "unmeasured, netchecker ended while it was open",
} as const;

function whatItShows(round: TimelineEntry): string {
  const { failed, unknown, critical, warning, state, expected, reported, verdict } = round;
  if (failed === null) return WITHOUT_RESULT[state];
  const alarms = (critical ?? 0) + (warning ?? 0);
  const parts = [
    verdict ? sayVerdict(verdict) : "",
    alarms > 0 ? count(alarms, "alarm") : "",
    failed > 0 ? `${digits(failed)} failed` : "",
    unknown ? `${digits(unknown)} not measured` : "",
    reported < expected ? `${count(expected - reported, "agent")} missing` : "",
  ].filter(Boolean);
  return parts.join(", ") || "nothing failed";
}
