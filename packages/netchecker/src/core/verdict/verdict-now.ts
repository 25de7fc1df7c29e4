import type { Verdict } from "@netchecker/contract";
import type { ClosedRound } from "../closed-round.ts";

/** What netchecker knows of the cluster's network now. Pure. */
export function verdictNow(latest: ClosedRound | null): Verdict {
  return (
    latest?.head.verdict ?? {
      verdict: "unmeasured",
      sentence: "The first round is yet to close.",
      since: new Date(0).toISOString(),
      reason: "first_round_pending",
    }
  );
}
