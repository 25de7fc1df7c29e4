import {
  type Answerer,
  type Finding,
  NOT_PROBED_CODE,
  okOf,
  type RoundHead,
  type Summary,
  TARGET_TYPES,
  type TargetType,
  type TimelineEntry,
  timelineEntry,
} from "@netchecker/contract";
import type { ClosedRound } from "./closed-round.ts";
import { nodeLines } from "./history/node-lines.ts";
import { NOT_KEPT_CODE, OutcomeMatrix } from "./outcome-matrix.ts";
import { type RoundPlan, targetCounts } from "./plan.ts";
import type { AgentReports } from "./round-collector.ts";

/**
 * A round as it is stored. An old round loses `columns` and `extras` and keeps the rest. All but head and
 * entry are worth compressing.
 */
export interface RoundRecord {
  /** JSON: head and summary. */
  readonly head: string;
  /** JSON: what the timeline shows of it. Small, as `nodes` is: they are read of many rounds at once. */
  readonly entry: string;
  /** A line a node, for its history. */
  readonly nodes: string;
  /** JSON: who probed what, and how healthy the probers were. */
  readonly plan: string;
  /** JSON. */
  readonly findings: string;
  /** JSON: the cells that are neither ok nor unknown. */
  readonly failures: string;
  /**
   * Binary: type by type reasons, attempts, latencies (µs, 32 bit, little-endian). Views of the round's
   * own memory, to be stored one after the other: 1,000 × 1,000 are 18 MB, too much to copy.
   */
  readonly columns: readonly Uint8Array[];
  /** JSON: who answered and details, where there are any. */
  readonly extras: string;
}

export interface StoredHead {
  readonly head: RoundHead;
  readonly summary: Summary;
}

interface StoredPlan {
  readonly plan: RoundPlan;
  readonly agents: readonly AgentReports[];
}

interface SparseCells {
  /** Each cell as its distance from the one before: small numbers, which compress well. */
  readonly steps: readonly number[];
  readonly reasons: readonly number[];
  readonly attempts: readonly number[];
  readonly extras: Extras;
}

/** Each distinct value once; `cells` and `which` are aligned. */
interface Extras {
  readonly answerers: readonly Answerer[][];
  readonly cells: readonly number[];
  readonly which: readonly number[];
  readonly detail: readonly (readonly [number, string])[];
}

type PerType<T> = Record<TargetType, T>;

const perType = <T>(make: (type: TargetType) => T): PerType<T> =>
  Object.fromEntries(TARGET_TYPES.map((type) => [type, make(type)])) as PerType<T>;

const BYTES_PER_CELL = 1 + 1 + 4;

/** A round without a result → what is stored of it. */
export function encodeHead(head: RoundHead): Pick<RoundRecord, "head" | "entry"> {
  const stored = { head: { ...head, stored: true }, summary: null };
  return { head: JSON.stringify(stored), entry: JSON.stringify(timelineEntry(head, null, null)) };
}

export function decodeHead(text: string): StoredHead {
  return JSON.parse(text) as StoredHead;
}

/** A round result → what is stored of it. */
export function encodeRound(round: ClosedRound): RoundRecord {
  const { head, summary, findings, plan, agents, matrices } = round;
  return {
    head: JSON.stringify({ head: { ...head, stored: true }, summary } satisfies StoredHead),
    entry: JSON.stringify(timelineEntry(head, summary, findings)),
    nodes: nodeLines(round),
    plan: JSON.stringify({ plan, agents } satisfies StoredPlan),
    findings: JSON.stringify(findings),
    failures: JSON.stringify(perType((type) => failuresOf(matrices[type]))),
    columns: encodeColumns(matrices),
    extras: JSON.stringify(perType((type) => extrasOf(matrices[type], () => true))),
  };
}

/** A record as it is read back: its columns in one piece, or gone. */
export interface ReadRecord extends Pick<RoundRecord, "head" | "plan" | "findings" | "failures"> {
  readonly columns?: Uint8Array;
  readonly extras?: string;
}

/** What is stored of a round → its result. Without columns, only its failures have outcomes. */
export function decodeRound(record: ReadRecord): ClosedRound {
  const { head, summary } = decodeHead(record.head);
  const { plan, agents } = decodePlan(record.plan);
  const counts = targetCounts(plan);
  const whole = record.columns !== undefined && record.extras !== undefined;
  const matrices = perType(
    (type) =>
      new OutcomeMatrix(plan.agents.length, counts[type], whole ? NOT_PROBED_CODE : NOT_KEPT_CODE),
  );
  if (record.columns !== undefined && record.extras !== undefined) {
    decodeColumns(record.columns, matrices);
    const extras = JSON.parse(record.extras) as PerType<Extras>;
    for (const type of TARGET_TYPES) applyExtras(extras[type], matrices[type]);
  } else {
    const failures = JSON.parse(record.failures) as PerType<SparseCells>;
    for (const type of TARGET_TYPES) applyFailures(failures[type], matrices[type]);
  }
  return {
    head: { ...head, kept: whole ? "all" : "failures" },
    summary,
    findings: decodeFindings(record.findings),
    plan,
    agents,
    matrices,
  };
}

const NO_PLACE = { zone: null, pool: null };

/** Agents of rounds that were stored before they had a zone and a pool have none; all that were awaited were ready. */
function decodePlan(text: string): StoredPlan {
  const { plan, agents } = JSON.parse(text) as StoredPlan;
  const placed = plan.agents.map((agent) => ({
    ...NO_PLACE,
    ...agent,
    ready: agent.ready ?? agent.absent === null,
  }));
  return { plan: { ...plan, agents: placed }, agents };
}

export function decodeEntry(text: string): TimelineEntry {
  return JSON.parse(text) as TimelineEntry;
}

export function decodeFindings(text: string): Finding[] {
  return JSON.parse(text) as Finding[];
}

function failuresOf(matrix: OutcomeMatrix): SparseCells {
  const cells: number[] = [];
  for (const [cell, code] of matrix.reasons.entries()) if (okOf(code) === false) cells.push(cell);
  const failed = new Set(cells);
  return {
    steps: cells.map((cell, index) => cell - (cells[index - 1] ?? 0)),
    reasons: cells.map((cell) => matrix.reasons[cell]!),
    attempts: cells.map((cell) => matrix.attempts[cell]!),
    extras: extrasOf(matrix, (cell) => failed.has(cell)),
  };
}

function applyFailures(failures: SparseCells, matrix: OutcomeMatrix): void {
  let cell = 0;
  for (const [index, step] of failures.steps.entries()) {
    cell += step;
    matrix.reasons[cell] = failures.reasons[index]!;
    matrix.attempts[cell] = failures.attempts[index]!;
  }
  applyExtras(failures.extras, matrix);
}

function extrasOf(matrix: OutcomeMatrix, wanted: (cell: number) => boolean): Extras {
  const index = new Map<Answerer[], number>();
  const cells: number[] = [];
  const which: number[] = [];
  for (const [cell, answerers] of matrix.answeredBy) {
    if (!wanted(cell)) continue;
    if (!index.has(answerers)) index.set(answerers, index.size);
    cells.push(cell);
    which.push(index.get(answerers)!);
  }
  const detail = [...matrix.detail].filter(([cell]) => wanted(cell));
  return { answerers: [...index.keys()], cells, which, detail };
}

function applyExtras(extras: Extras, matrix: OutcomeMatrix): void {
  for (const [index, cell] of extras.cells.entries())
    matrix.setAnsweredBy(cell, extras.answerers[extras.which[index]!]!);
  for (const [cell, detail] of extras.detail) matrix.detail.set(cell, detail);
}

function encodeColumns(matrices: PerType<OutcomeMatrix>): Uint8Array[] {
  return TARGET_TYPES.flatMap((type) => {
    const { reasons, attempts, latencyUs } = matrices[type];
    return [reasons, attempts, bytesOf(latencyUs)];
  });
}

function decodeColumns(columns: Uint8Array, matrices: PerType<OutcomeMatrix>): void {
  let at = 0;
  for (const type of TARGET_TYPES) {
    const { reasons, attempts, latencyUs } = matrices[type];
    const end = at + reasons.length * BYTES_PER_CELL;
    if (end > columns.length)
      throw new RangeError(`${columns.length} bytes of columns, expected at least ${end}`);
    reasons.set(columns.subarray(at, at + reasons.length));
    attempts.set(columns.subarray(at + reasons.length, at + 2 * reasons.length));
    bytesOf(latencyUs).set(columns.subarray(at + 2 * reasons.length, end));
    at = end;
  }
}

/** Every platform that Node runs on in a cluster is little-endian. */
function bytesOf(numbers: Uint32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
