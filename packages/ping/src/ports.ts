import type { Outcome, Prober, Report, TargetList, TargetType } from "@netchecker/contract";

/** Who this agent is, as its reports say. */
export type Agent = Report["agent"];

/**
 * The result of probing a list: one outcome per target, in list order, and how healthy this process
 * was.
 */
export interface Probed {
  readonly outcomes: readonly Outcome[];
  readonly prober: Prober;
}

/**
 * Probes the targets of a list. It ends soon after `signal` is aborted, with the outcomes so far.
 * Never rejects.
 */
export type ProbeTargets = (list: TargetList, signal: AbortSignal) => Promise<Probed>;

/**
 * Publishes a report. It tries again until somebody receives it (true) or `signal` is aborted
 * (false). Never rejects.
 */
export type PublishReport = (report: Report, signal: AbortSignal) => Promise<boolean>;

/** A list that arrived. From a channel it is always new; from a key it may be old. */
export interface ArrivedList {
  readonly list: TargetList;
  readonly via: "channel" | "key";
  /** Milliseconds from now until its report is due. */
  readonly dueInMs: number;
}

/** The last answer to a list, as `GET /reports/last` shows it. */
export interface LastAnswer {
  readonly list: TargetList;
  readonly report: Report;
  readonly delivered: boolean;
}

export type LastAnswers = Partial<Record<TargetType, LastAnswer>>;

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}
