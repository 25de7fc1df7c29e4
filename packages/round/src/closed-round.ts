import type { Finding, RoundHead, Summary, TargetType } from "@netchecker/contract";
import type { OutcomeMatrix } from "./outcome-matrix.ts";
import type { RoundPlan } from "./plan.ts";
import type { AgentReports } from "./round-collector.ts";

/** The result of a round: everything that netchecker knows of a closed round. */
export interface ClosedRound {
  readonly head: RoundHead;
  readonly summary: Summary;
  /** The worst finding comes first. */
  readonly findings: readonly Finding[];
  readonly plan: RoundPlan;
  readonly agents: readonly AgentReports[];
  readonly matrices: Readonly<Record<TargetType, OutcomeMatrix>>;
}
