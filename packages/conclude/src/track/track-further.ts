import type { Cause, Finding } from "@netchecker/contract";
import { worstOf } from "../by-severity.ts";
import type { Tracked } from "./findings-memory.ts";
import { begin, type Following, miss, type Missing, seeAgain } from "./follow-finding.ts";
import { asInfo, furtherCause } from "./further-findings.ts";

/**
 * The finding that counts those beyond the most that are told, over rounds; none where there are none. Of
 * `further` each has been followed for itself. Those that are only `counted` are alarms once there were
 * some in two of three rounds, as each of them would be.
 */
export function trackFurther(
  known: Tracked | null,
  {
    further,
    counted,
    following,
    missing,
  }: {
    readonly further: readonly Finding[];
    readonly counted: Cause | null;
    readonly following: Following;
    readonly missing: Missing;
  },
): Tracked[] {
  const cause = furtherCause(further, counted);
  if (!cause) return known ? miss(known, missing) : [];
  const tracked = known ? seeAgain(known, cause, following) : begin(cause, [], following);
  const stays = tracked.finding.severity !== "info";
  const { more = [], summary } = furtherCause(
    further,
    counted && !stays ? asInfo(counted) : counted,
  )!;
  const severity = worstOf(more);
  return [
    {
      ...tracked,
      alarmed: tracked.alarmed || severity !== "info",
      finding: { ...tracked.finding, severity, more, summary },
    },
  ];
}
