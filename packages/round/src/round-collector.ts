import {
  type AgentHealth,
  type DecodeFault,
  type MessageLimits,
  type Report,
  type ReportHead,
  reportLimits,
  TARGET_TYPES,
  type TargetType,
} from "@netchecker/contract";
import { OutcomeMatrix } from "./outcome-matrix.ts";
import { dialledCount, maxNameChars, type RoundPlan, targetCounts } from "./plan.ts";

/** A report is accepted into the round, or dropped for one of these reasons. */
export type Acceptance = "accepted" | "late" | "repeated" | "unknownAgent" | "invalid";

/** Why a message is dropped: the round cannot accept it, or it is damaged or too large. */
export type DropReason = Exclude<Acceptance, "accepted"> | DecodeFault;

/** What to do with a message, decided from its head: read it within limits, or drop it. */
export type ReadOrDrop = { readonly read: MessageLimits } | { readonly drop: DropReason };

/** How many messages of one agent and type are read in a round while none of them is an acceptable report. */
const MAX_MESSAGES_READ = 3;
/** How much is read per type and round of messages that do not begin like a report. */
const MAX_UNRECOGNISED_CHARS = 1024 * 1024;

/** What one agent said in a round. */
export interface AgentReports {
  /** By type; absent if the agent did not report that type. */
  readonly health: Partial<Record<TargetType, AgentHealth>>;
}

/**
 * Collects the reports of one round. It accepts a report if it answers this round's lists, once for each agent
 * and type.
 */
export class RoundCollector {
  readonly plan: RoundPlan;
  readonly matrices: Readonly<Record<TargetType, OutcomeMatrix>>;
  readonly agents: readonly AgentReports[];
  readonly #round: number;
  readonly #list: string;
  readonly #agentByPod: ReadonlyMap<string, number>;
  readonly #limits: Readonly<Record<TargetType, MessageLimits>>;
  /** By agent and type. */
  readonly #messagesRead: Uint8Array;
  readonly #unrecognisedChars: Record<TargetType, number>;
  #awaited: number;

  constructor(plan: RoundPlan, round: number, list: string) {
    this.plan = plan;
    this.#round = round;
    this.#list = list;
    const counts = targetCounts(plan);
    this.matrices = perType((type) => new OutcomeMatrix(plan.agents.length, counts[type]));
    const nameChars = maxNameChars(plan);
    this.#limits = perType((type) =>
      reportLimits(type, dialledCount(plan.targets[type]), nameChars),
    );
    this.#messagesRead = new Uint8Array(plan.agents.length * TARGET_TYPES.length);
    this.#unrecognisedChars = perType(() => 0);
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

  /** The longest report that this round can accept, in characters. */
  get maxReportChars(): number {
    return Math.max(...Object.values(this.#limits).map(({ chars }) => chars));
  }

  /**
   * Decides from the head of a message whether to read the message. `head` is null if the message does not begin
   * like a report. This is cheap, so a flood of useless messages does not keep real reports out: each agent's
   * messages are read a few times at most, whatever others send.
   */
  readOrDrop(type: TargetType, head: ReportHead | null, chars: number): ReadOrDrop {
    const limits = this.#limits[type];
    if (chars > limits.chars) return { drop: "too_large" };
    if (head === null) {
      this.#unrecognisedChars[type] += chars;
      return this.#unrecognisedChars[type] > MAX_UNRECOGNISED_CHARS
        ? { drop: "too_many" }
        : { read: limits };
    }
    if (head.type !== type) return { drop: "wrong_type" };
    const agent = this.#agentOf(type, head);
    if (typeof agent === "string") return { drop: agent };
    const at = agent * TARGET_TYPES.length + TARGET_TYPES.indexOf(type);
    if (this.#messagesRead[at] === MAX_MESSAGES_READ) return { drop: "too_many" };
    this.#messagesRead[at]! += 1;
    return { read: limits };
  }

  accept(report: Report): Acceptance {
    const { type } = report;
    const index = this.#agentOf(type, { ...report, ...report.agent });
    if (typeof index === "string") return index;
    if (report.reasons.length !== dialledCount(this.plan.targets[type])) return "invalid";
    this.agents[index]!.health[type] = { tookMs: report.tookMs, prober: report.prober };
    this.matrices[type].setRow(index, report);
    if (this.plan.agents[index]!.absent === null) this.#awaited -= 1;
    return "accepted";
  }

  /** The index of the agent, if this is its first report of the type in this round. Else why to drop the report. */
  #agentOf(
    type: TargetType,
    { round, list, pod, node }: Omit<ReportHead, "type">,
  ): number | Exclude<Acceptance, "accepted"> {
    if (round < this.#round) return "late";
    if (round > this.#round) return "invalid";
    // Redis lost its data and gave the same round id twice; this report answers the earlier lists.
    if (list !== this.#list) return "late";
    const index = this.#agentByPod.get(pod);
    if (index === undefined || this.plan.agents[index]!.node !== node) return "unknownAgent";
    return this.agents[index]!.health[type] ? "repeated" : index;
  }
}

function perType<T>(make: (type: TargetType) => T): Record<TargetType, T> {
  return Object.fromEntries(TARGET_TYPES.map((type) => [type, make(type)])) as Record<
    TargetType,
    T
  >;
}

/** Whether an agent reported every type. */
export function reportedAll({ health }: AgentReports): boolean {
  return TARGET_TYPES.every((type) => health[type] !== undefined);
}
