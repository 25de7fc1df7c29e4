import { type AgentHealth, type Report, TARGET_TYPES, type TargetType } from "@netchecker/contract";
import { OutcomeMatrix } from "./outcome-matrix.ts";
import { dialledCount, type RoundPlan, targetCounts } from "./plan.ts";

/** What became of a report: in the round, or dropped and why. */
export type Acceptance = "accepted" | "late" | "repeated" | "unknownAgent" | "invalid";

/** What one agent said in a round. */
export interface AgentReports {
  /** By type; absent where it did not report. */
  readonly health: Partial<Record<TargetType, AgentHealth>>;
}

/**
 * Collects the reports of one round, and of no other: a report counts when it answers this round's
 * lists, once for each agent and type.
 */
export class RoundCollector {
  readonly plan: RoundPlan;
  readonly matrices: Readonly<Record<TargetType, OutcomeMatrix>>;
  readonly agents: readonly AgentReports[];
  readonly #round: number;
  readonly #list: string;
  readonly #agentByPod: ReadonlyMap<string, number>;
  #awaited: number;

  constructor(plan: RoundPlan, round: number, list: string) {
    this.plan = plan;
    this.#round = round;
    this.#list = list;
    const counts = targetCounts(plan);
    this.matrices = Object.fromEntries(
      TARGET_TYPES.map((type) => [type, new OutcomeMatrix(plan.agents.length, counts[type])]),
    ) as Record<TargetType, OutcomeMatrix>;
    this.agents = plan.agents.map(() => ({ health: {} }));
    this.#agentByPod = new Map(
      plan.agents.flatMap(({ pod }, index) => (pod === null ? [] : [[pod, index]])),
    );
    this.#awaited =
      plan.agents.filter(({ absent }) => absent === null).length * TARGET_TYPES.length;
  }

  /** Whether every agent that can report has reported every type. */
  get complete(): boolean {
    return this.#awaited === 0;
  }

  /** How many agents reported every type. */
  get reported(): number {
    return this.agents.filter((agent) => reportedAll(agent)).length;
  }

  accept(report: Report): Acceptance {
    if (report.round < this.#round) return "late";
    if (report.round > this.#round) return "invalid";
    // The same id with other lists: the id was given twice, because Redis lost its data.
    if (report.list !== this.#list) return "late";
    const index = this.#agentByPod.get(report.agent.pod);
    const planned = index === undefined ? undefined : this.plan.agents[index];
    if (index === undefined || planned?.node !== report.agent.node) return "unknownAgent";
    if (report.reasons.length !== dialledCount(this.plan.targets[report.type])) return "invalid";
    const { health } = this.agents[index]!;
    if (health[report.type]) return "repeated";
    health[report.type] = { tookMs: report.tookMs, prober: report.prober };
    this.matrices[report.type].setRow(index, report);
    if (planned.absent === null) this.#awaited -= 1;
    return "accepted";
  }
}

/** Whether an agent reported every type. */
export function reportedAll({ health }: AgentReports): boolean {
  return TARGET_TYPES.every((type) => health[type] !== undefined);
}
