import {
  type Answerer,
  NOT_PROBED_CODE,
  type Outcome,
  outcomeAt,
  reasonCodeAt,
  reasonOf,
  type Report,
} from "@netchecker/contract";

/** In a round of which only the failures are kept: the code of a cell that is not. */
export const NOT_KEPT_CODE = 255;

/** So many details are kept of one type in one round: there can be one for each of a million cells. */
const MOST_DETAILS = 100_000;

/** So many different values are kept, and so many for each agent. Usually there are a few dozen. */
const MOST_DIFFERENT = { inAll: 1_000, perAgent: 16 };

/**
 * All outcomes of one type in one round: agents × targets, row by row, as columns. A mesh of
 * 1,000 × 1,000 is 6 MB this way; as objects it would be hundreds.
 */
export class OutcomeMatrix {
  readonly agents: number;
  readonly targets: number;
  readonly reasons: Uint8Array;
  readonly attempts: Uint8Array;
  readonly latencyUs: Uint32Array;
  /**
   * By cell, where there is something to say. Equal values are shared: usually a few answer for many. What is
   * said beside the outcomes has bounds, above which it is not kept.
   */
  readonly answeredBy = new Map<number, Answerer[]>();
  readonly detail = new Map<number, string>();
  readonly #sharedAnswerers = new Map<string, Answerer[]>();
  readonly #sharedDetails = new Map<string, string>();
  readonly #mostDifferent: number;

  constructor(agents: number, targets: number, fill: number = NOT_PROBED_CODE) {
    this.agents = agents;
    this.targets = targets;
    this.reasons = new Uint8Array(agents * targets).fill(fill);
    this.attempts = new Uint8Array(agents * targets);
    this.latencyUs = new Uint32Array(agents * targets);
    this.#mostDifferent = MOST_DIFFERENT.inAll + MOST_DIFFERENT.perAgent * agents;
  }

  cell(agent: number, target: number): number {
    return agent * this.targets + target;
  }

  /** Takes a report's columns over as an agent's row. The report must fit: see `columnsFit`. */
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
    if (this.detail.size >= MOST_DETAILS) return;
    const shared = this.#shared(this.#sharedDetails, detail, detail);
    if (shared !== undefined) this.detail.set(cell, shared);
  }

  /** The value that is kept for all that are equal; undefined where there are too many different ones. */
  #shared<T>(known: Map<string, T>, key: string, value: T): T | undefined {
    if (!known.has(key) && known.size < this.#mostDifferent) known.set(key, value);
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
