import { type Reason, REASONS, reasonCode, reasonOf } from "./reason.ts";
import { MAX_ATTEMPTS, type Report } from "./report.ts";

/**
 * A pod that answered: its name and its node as it says, and the number of connections that it
 * answered.
 */
export interface Answerer {
  readonly pod: string;
  readonly node: string;
  readonly connections: number;
}

/** What one check of one target found. */
export interface Outcome {
  readonly reason: Reason;
  /** Milliseconds of the last attempt. Null if it measured no time. */
  readonly latencyMs: number | null;
  readonly attempts: number;
  readonly answeredBy?: Answerer[];
  readonly detail?: string;
}

type OutcomeColumns = Pick<Report, "reasons" | "attempts" | "latencyMs" | "answeredBy" | "detail">;

const LETTER_A = 97;

/** A detail is printable ASCII only: see {@link DetailSchema}. */
const NOT_PRINTABLE = /[^\x20-\x7e]/g;

/**
 * Three significant digits, and at most three decimals, so that a typical latency needs five
 * characters.
 */
function shortNumber(milliseconds: number): number {
  return Math.round(Number(milliseconds.toPrecision(3)) * 1000) / 1000;
}

/** Outcomes in list order → the columns of a report. */
export function toColumns(outcomes: readonly Outcome[]): OutcomeColumns {
  const columns: OutcomeColumns = {
    reasons: outcomes
      .map(({ reason }) => String.fromCharCode(LETTER_A + reasonCode(reason)))
      .join(""),
    attempts: outcomes.map(({ attempts }) => Math.min(attempts, MAX_ATTEMPTS)).join(""),
    latencyMs: outcomes.map(({ latencyMs }) => shortNumber(latencyMs ?? 0)),
    answeredBy: {},
    detail: {},
  };
  outcomes.forEach(({ answeredBy, detail }, index) => {
    if (answeredBy && answeredBy.length > 0)
      columns.answeredBy[index] = answeredBy.map((a) => [a.pod, a.node, a.connections]);
    if (detail) columns.detail[index] = detail.slice(0, 200).replace(NOT_PRINTABLE, "?");
  });
  return columns;
}

/** The code of the reason at `index`. It builds no outcome, so it is fast. */
export function reasonCodeAt(report: Pick<Report, "reasons">, index: number): number {
  return report.reasons.charCodeAt(index) - LETTER_A;
}

/** Whether all columns of a report have `count` entries and name known reasons only. */
export function columnsFit(report: OutcomeColumns, count: number): boolean {
  if (report.reasons.length !== count) return false;
  if (report.attempts.length !== count || report.latencyMs.length !== count) return false;
  for (let index = 0; index < count; index += 1)
    if (reasonCodeAt(report, index) >= REASONS.length) return false;
  const known = (key: string) => Number(key) >= 0 && Number(key) < count;
  return Object.keys(report.answeredBy).every(known) && Object.keys(report.detail).every(known);
}

/** The outcome at an index of a report. */
export function outcomeAt(report: OutcomeColumns, index: number): Outcome {
  const attempts = Number(report.attempts[index]);
  const latencyMs = report.latencyMs[index]!;
  const answeredBy = report.answeredBy[index];
  const detail = report.detail[index];
  return {
    reason: reasonOf(reasonCodeAt(report, index)),
    latencyMs: latencyMs === 0 ? null : latencyMs,
    attempts,
    ...(answeredBy && {
      answeredBy: answeredBy.map(([pod, node, connections]) => ({ pod, node, connections })),
    }),
    ...(detail !== undefined && { detail }),
  };
}
