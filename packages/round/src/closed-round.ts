import type { Finding, RoundHead, Summary, TargetType } from "@netchecker/contract";
import type { OutcomeMatrix } from "./outcome-matrix.ts";
import type { RoundPlan } from "./plan.ts";
import type { AgentReports } from "./round-collector.ts";

/** A round result: everything that is known of a round that was closed. */
export interface ClosedRound {
  readonly head: RoundHead;
  readonly summary: Summary;
  /** What is broken: which node, layer, direction, since when; the worst first. */
  readonly findings: readonly Finding[];
  readonly plan: RoundPlan;
  readonly agents: readonly AgentReports[];
  readonly matrices: Readonly<Record<TargetType, OutcomeMatrix>>;
}
