import type { RoundHead } from "@netchecker/contract";
import { isoTime } from "./iso-time.ts";

/**
 * The head of a round without a result: it is open, or could not be published, or its netchecker died before closing
 * it.
 */
export function roundWithoutResult(
  round: { readonly id: number; readonly startedAt: number; readonly finishedAt?: number },
  state: "open" | "failed" | "abandoned",
  failure: string | null,
): RoundHead {
  const { id, startedAt, finishedAt } = round;
  return {
    id,
    state,
    startedAt: isoTime(startedAt),
    finishedAt: finishedAt === undefined ? null : isoTime(finishedAt),
    durationMs: finishedAt === undefined ? null : finishedAt - startedAt,
    closedBy: null,
    expected: 0,
    reported: 0,
    missing: [],
    coverage: { nodes: 0, ready: 0 },
    dropped: { late: 0, repeated: 0, unknownAgent: 0, invalid: 0 },
    clusterViewStaleSince: null,
    stored: false,
    kept: "none",
    failure,
    verdict:
      state === "open" || finishedAt === undefined
        ? null
        : {
            verdict: "unmeasured",
            sentence: `the round ${state === "failed" ? "" : "was abandoned: "}${failure}.`,
            since: isoTime(finishedAt),
            reason: "rounds_stopped",
          },
  };
}
