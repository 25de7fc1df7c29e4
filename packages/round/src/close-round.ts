import type { Dropped, RoundHead } from "@netchecker/contract";
import type { ClosedRound } from "./closed-round.ts";
import type { RoundPlan } from "./plan.ts";
import type { RoundCollector } from "./round-collector.ts";
import { finish, type Steps } from "./steps.ts";
import { isoTime } from "./iso-time.ts";
import { missingAgents } from "./missing-agents.ts";
import { countRound, summaryOf } from "./count-round.ts";

/** How a round went, as netchecker saw it. Times are milliseconds since 1970. */
export interface RoundRun {
  readonly id: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly closedBy: "reports" | "timer";
  readonly dropped: Dropped;
  readonly clusterViewStaleSince: number | null;
  /** Whether Redis was away when the round closed, so that no report could arrive. */
  readonly redisAway: boolean;
}

/** {@link closeRoundInSteps}, all steps at once. */
export function closeRound(run: RoundRun, round: RoundCollector, plan: RoundPlan): ClosedRound {
  return finish(closeRoundInSteps(run, round, plan));
}

/** Turns a collected round into its result. `plan` is the collector's plan after `reviewPlan`. */
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
  const { agents, matrices } = round;
  const summary = summaryOf(yield* countRound({ plan, matrices }));
  return { head, summary, findings: [], plan, agents, matrices };
}
