import type { Verdict } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { digits, plural } from "@netchecker/conclude/phrases";

/**
 * Closes a round that was measured but could not be concluded. Its counts are kept. Its verdict is never `ok`,
 * because nobody concluded that nothing is wrong. `why` is a clause without a full stop.
 */
export function closeUnconcluded(measured: ClosedRound, why: string): ClosedRound {
  const failure = `was measured and could not be concluded: ${why}`;
  return {
    ...measured,
    findings: [],
    head: { ...measured.head, state: "closed", failure, verdict: verdictOf(measured, why) },
  };
}

function verdictOf({ head, summary }: ClosedRound, why: string): Verdict {
  const sum = (count: "total" | "failed" | "unknown") =>
    Object.values(summary).reduce((all, counts) => all + counts[count], 0);
  const failed = sum("failed");
  const missing = head.missing.filter(({ planned }) => planned === null).length;
  const told = `${digits(failed)} of ${plural(sum("total"), "check")} failed${missing === 0 ? "" : `, ${plural(missing, "agent")} did not report`}, and netchecker could not conclude what that means: ${why}. Look at its log.`;
  // The counts alone show that a check failed or an agent is missing.
  const isKnownBad = failed > 0 || (missing > 0 && head.reported > 0);
  return {
    verdict: isKnownBad ? "degraded" : "unmeasured",
    sentence: told,
    since: head.finishedAt ?? head.startedAt,
    reason: isKnownBad ? null : "not_concluded",
  };
}
