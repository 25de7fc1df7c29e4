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
import { dialledCount, longestNames, type RoundPlan, targetCounts } from "./plan.ts";

/** What became of a report: in the round, or dropped and why. */
export type Acceptance = "accepted" | "late" | "repeated" | "unknownAgent" | "invalid";

/** Why a message is not read: it could not count, or is more than can be read. */
export type Unread = Exclude<Acceptance, "accepted"> | DecodeFault;

/** What is done with a message, at a glance at its head. */
export type Foresight = { readonly read: MessageLimits } | { readonly drop: Unread };

/** So many messages of one agent and type are read in a round, if none of them is a report that counts. */
const MOST_READ = 3;
/** Of messages that do not begin as reports do, so many characters are read of each type in a round. */
const MOST_STRANGE_CHARS = 1024 * 1024;

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
  readonly #limits: Readonly<Record<TargetType, MessageLimits>>;
  /** By agent and type: how many of its messages were read. */
  readonly #read: Uint8Array;
  readonly #strangeChars: Record<TargetType, number>;
  #awaited: number;

  constructor(plan: RoundPlan, round: number, list: string) {
    this.plan = plan;
    this.#round = round;
    this.#list = list;
    const counts = targetCounts(plan);
    this.matrices = perType((type) => new OutcomeMatrix(plan.agents.length, counts[type]));
    const nameChars = longestNames(plan);
    this.#limits = perType((type) =>
      reportLimits(type, dialledCount(plan.targets[type]), nameChars),
    );
    this.#read = new Uint8Array(plan.agents.length * TARGET_TYPES.length);
    this.#strangeChars = perType(() => 0);
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

  /** The longest report that can count, characters. */
  get mostChars(): number {
    return Math.max(...Object.values(this.#limits).map(({ chars }) => chars));
  }

  /**
   * Whether a message of a type is worth reading. `head` is null where it does not begin like a report. What
   * cannot count is dropped at the price of a glance, so that a flood of it keeps no report out: an agent is
   * heard however often others speak, and each of them is read a few times at most.
   */
  foresee(type: TargetType, head: ReportHead | null, chars: number): Foresight {
    const limits = this.#limits[type];
    if (chars > limits.chars) return { drop: "too_large" };
    if (head === null) {
      this.#strangeChars[type] += chars;
      return this.#strangeChars[type] > MOST_STRANGE_CHARS
        ? { drop: "too_many" }
        : { read: limits };
    }
    if (head.type !== type) return { drop: "wrong_type" };
    const agent = this.#agentOf(type, head);
    if (typeof agent === "string") return { drop: agent };
    const at = agent * TARGET_TYPES.length + TARGET_TYPES.indexOf(type);
    if (this.#read[at] === MOST_READ) return { drop: "too_many" };
    this.#read[at]! += 1;
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

  /** The index of the agent that says this of a type for the first time in this round, or why it does not count. */
  #agentOf(
    type: TargetType,
    { round, list, pod, node }: Omit<ReportHead, "type">,
  ): number | Exclude<Acceptance, "accepted"> {
    if (round < this.#round) return "late";
    if (round > this.#round) return "invalid";
    // The same id with other lists: the id was given twice, because Redis lost its data.
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
