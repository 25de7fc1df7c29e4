import type { Outcome, Prober, Report, TargetList, TargetType } from "@netchecker/contract";

/** Who this agent is, as its reports say. */
export type Agent = Report["agent"];

/** What a list's probing found: an outcome for each target, in list order, and how healthy the prober was. */
export interface Probed {
  readonly outcomes: readonly Outcome[];
  readonly prober: Prober;
}

/** Probes a list's targets. Ends soon after `signal` is aborted, with what it has; never rejects. */
export type ProbeTargets = (list: TargetList, signal: AbortSignal) => Promise<Probed>;

/** Delivers a report, trying again until it is delivered (true) or `signal` is aborted (false). Never rejects. */
export type PublishReport = (report: Report, signal: AbortSignal) => Promise<boolean>;

/** A list that arrived: `via` a channel it is new by nature, from a key it may be an old one. */
export interface ArrivedList {
  readonly list: TargetList;
  readonly via: "channel" | "key";
  /** Milliseconds from now until its report is due. */
  readonly dueInMs: number;
}

/** A list's last answer, as `GET /reports/last` gives it. */
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
