import {
  type Answerer,
  NOT_PROBED_CODE,
  type Outcome,
  outcomeAt,
  reasonCodeAt,
  reasonOf,
  type Report,
} from "@netchecker/contract";

/** The code of an outcome that was dropped, in an old round of which only the failures are kept. */
export const NOT_KEPT_CODE = 255;

/** The bound for details of one type in one round. Each of a million cells could have one. */
const MAX_DETAILS = 100_000;

/**
 * The bound for distinct answerers, and for distinct details: `inAll` plus `perAgent` for each agent. A few dozen are
 * usual.
 */
const MAX_DISTINCT = { inAll: 1_000, perAgent: 16 };

/**
 * All outcomes of one type in one round: agents × targets, row by row, stored as columns. A mesh of
 * 1,000 × 1,000 takes 6 MB this way. As objects it would take hundreds.
 */
export class OutcomeMatrix {
  readonly agents: number;
  readonly targets: number;
  readonly reasons: Uint8Array;
  readonly attempts: Uint8Array;
  readonly latencyUs: Uint32Array;
  /**
   * By cell; most cells have neither. Equal values are stored once. Both are bounded: what is too much is dropped.
   */
  readonly answeredBy = new Map<number, Answerer[]>();
  readonly detail = new Map<number, string>();
  readonly #sharedAnswerers = new Map<string, Answerer[]>();
  readonly #sharedDetails = new Map<string, string>();
  readonly #maxDistinct: number;

  constructor(agents: number, targets: number, fill: number = NOT_PROBED_CODE) {
    this.agents = agents;
    this.targets = targets;
    this.reasons = new Uint8Array(agents * targets).fill(fill);
    this.attempts = new Uint8Array(agents * targets);
    this.latencyUs = new Uint32Array(agents * targets);
    this.#maxDistinct = MAX_DISTINCT.inAll + MAX_DISTINCT.perAgent * agents;
  }

  cell(agent: number, target: number): number {
    return agent * this.targets + target;
  }

  /** Copies a report's columns into an agent's row. The report must fit: see `columnsFit`. */
  setRow(agent: number, report: Report): void {
    const start = this.cell(agent, 0);
    for (let index = 0; index < report.reasons.length; index += 1) {
      this.reasons[start + index] = reasonCodeAt(report, index);
      this.attempts[start + index] = report.attempts.charCodeAt(index) - 48;
      this.latencyUs[start + index] = Math.round(report.latencyMs[index]! * 1000);
    }
    for (const key of Object.keys(report.answeredBy)) {
      const { answeredBy } = outcomeAt(report, Number(key));
      if (answeredBy) this.setAnsweredBy(start + Number(key), answeredBy);
    }
    for (const [key, detail] of Object.entries(report.detail))
      this.setDetail(start + Number(key), detail);
  }

  setAnsweredBy(cell: number, answeredBy: Answerer[]): void {
    const shared = this.#shared(this.#sharedAnswerers, JSON.stringify(answeredBy), answeredBy);
    if (shared) this.answeredBy.set(cell, shared);
  }

  setDetail(cell: number, detail: string): void {
    if (this.detail.size >= MAX_DETAILS) return;
    const shared = this.#shared(this.#sharedDetails, detail, detail);
    if (shared !== undefined) this.detail.set(cell, shared);
  }

  /** The stored value that equals this one; undefined if there are too many distinct values to store it. */
  #shared<T>(known: Map<string, T>, key: string, value: T): T | undefined {
    if (!known.has(key) && known.size < this.#maxDistinct) known.set(key, value);
    return known.get(key);
  }

  outcome(cell: number): Outcome {
    const answeredBy = this.answeredBy.get(cell);
    const detail = this.detail.get(cell);
    const latencyUs = this.latencyUs[cell]!;
    return {
      reason: reasonOf(this.reasons[cell]!),
      latencyMs: latencyUs === 0 ? null : latencyUs / 1000,
      attempts: this.attempts[cell]!,
      ...(answeredBy && { answeredBy }),
      ...(detail !== undefined && { detail }),
    };
  }
}
