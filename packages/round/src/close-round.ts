import type { Dropped, RoundHead } from "@netchecker/contract";
import type { ClosedRound } from "./closed-round.ts";
import type { RoundPlan } from "./plan.ts";
import type { RoundCollector } from "./round-collector.ts";
import { finish, type Steps } from "./steps.ts";
import { isoTime } from "./iso-time.ts";
import { missingAgents } from "./missing-agents.ts";
import { summarize } from "./summarize.ts";

/** How a round went, as seen by the one who ran it. Times are milliseconds since 1970. */
export interface RoundRun {
  readonly id: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly closedBy: "reports" | "timer";
  readonly dropped: Dropped;
  readonly clusterViewStaleSince: number | null;
  /** Whether reports could not come in when the round closed. */
  readonly redisAway: boolean;
}

/** {@link closeRoundInSteps} at one go. */
export function closeRound(run: RoundRun, round: RoundCollector, plan: RoundPlan): ClosedRound {
  return finish(closeRoundInSteps(run, round, plan));
}

/** A collected round → its result. `plan` is the collector's own, as reviewed when it closed. */
export function* closeRoundInSteps(
  run: RoundRun,
  round: RoundCollector,
  plan: RoundPlan,
): Steps<ClosedRound> {
  const missing = yield* missingAgents(round, plan, run.redisAway);
  const head: RoundHead = {
    id: run.id,
    state: "closed",
    startedAt: isoTime(run.startedAt),
    finishedAt: isoTime(run.finishedAt),
    durationMs: run.finishedAt - run.startedAt,
    closedBy: run.closedBy,
    expected: plan.agents.length,
    reported: round.reported,
    missing,
    coverage: {
      nodes: plan.agents.length,
      ready: plan.agents.filter(({ ready }) => ready).length,
    },
    dropped: run.dropped,
    clusterViewStaleSince:
      run.clusterViewStaleSince === null ? null : isoTime(run.clusterViewStaleSince),
    stored: false,
    kept: "all",
    failure: null,
    verdict: null,
  };
  return {
    head,
    summary: yield* summarize(plan, round.matrices),
    findings: [],
    plan,
    agents: round.agents,
    matrices: round.matrices,
  };
}
