import type { ClosedRound } from "@netchecker/round/closed-round";
import { finish } from "@netchecker/round/steps";
import { traceFailures } from "../../src/verdict/failure-trace.ts";
import { judgeRound } from "../../src/verdict/judge-round.ts";

/** The same round with its verdict, judged as if there had been no round before it. */
export function judged(round: ClosedRound): ClosedRound {
  const verdict = judgeRound(round, {
    failures: finish(traceFailures(round)),
    failuresBefore: [],
    previous: null,
    intervalMs: 60_000,
  });
  return { ...round, head: { ...round.head, verdict } };
}
