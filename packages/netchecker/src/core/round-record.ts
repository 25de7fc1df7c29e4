import {
  type Answerer,
  type Finding,
  NOT_PROBED_CODE,
  type RoundHead,
  type Summary,
  TARGET_TYPES,
  type TargetType,
  type TimelineEntry,
  timelineEntry,
} from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { writeNodeLines } from "./history/node-lines.ts";
import { NOT_KEPT_CODE, OutcomeMatrix } from "@netchecker/round/outcome-matrix";
import { type RoundPlan, targetCounts } from "@netchecker/round/plan";
import { withNewName, withOldName, withOldWhy } from "@netchecker/round/planned-in-records";
import { requireShape } from "./record-schemas.ts";
import { decoding, UnreadableRecordError } from "@netchecker/round/record-version";
import type { AgentReports } from "@netchecker/round/round-collector";
import type { Steps } from "@netchecker/round/steps";
import { writeExtras, writeFailures } from "./write-cells.ts";

/**
 * A round as it is stored, in the version of record-version.ts; version 1 can be read, too. An old round loses
 * `columns` and `extras` and keeps the rest. Everything except head and entry is compressed.
 */
export interface RoundRecord {
  /** JSON: head and summary. */
  readonly head: string;
  /**
   * JSON: the round's entry on the timeline. It is small, like `nodes`, because both are read for many rounds at once.
   */
  readonly entry: string;
  /** One line per node, for the node's history. */
  readonly nodes: string;
  /** JSON: which agent probed what, and how healthy the agents were. */
  readonly plan: string;
  /** JSON. */
  readonly findings: string;
  /** JSON in parts: the cells that are neither ok nor unknown. */
  readonly failures: readonly string[];
  /**
   * Binary: type by type reasons, attempts, latencies (µs, 32 bit, little-endian). They are views of the round's
   * own memory, because 1,000 × 1,000 take 18 MB, which is too much to copy.
   */
  readonly columns: readonly Uint8Array[];
  /** JSON in parts: answerers and details. */
  readonly extras: readonly string[];
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
  /** The distances between cells. These are small numbers, which compress well. */
  readonly steps: readonly number[];
  readonly reasons: readonly number[];
  readonly attempts: readonly number[];
  readonly extras: Extras;
}

/** Each distinct list of answerers once. `which` says, aligned with `cells`, which list a cell has. */
interface Extras {
  readonly answerers: readonly Answerer[][];
  readonly cells: readonly number[];
  readonly which: readonly number[];
  readonly detail: readonly (readonly [number, string])[];
}

type PerType<T> = Record<TargetType, T>;

const perType = <T>(make: (type: TargetType) => T): PerType<T> =>
  Object.fromEntries(TARGET_TYPES.map((type) => [type, make(type)])) as PerType<T>;

const mapValues = (record: object, map: (value: unknown) => unknown): object =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));

const BYTES_PER_CELL = 1 + 1 + 4;

/** Encodes a round without a result. */
export function encodeHead(head: RoundHead): Pick<RoundRecord, "head" | "entry"> {
  return {
    head: headText(head, null),
    entry: JSON.stringify(timelineEntry(head, null, null)),
  };
}

function headText(head: RoundHead, summary: Summary | null): string {
  return JSON.stringify({
    head: { ...head, stored: true, missing: head.missing.map(withOldWhy) },
    summary: summary && perType((type) => withOldName(summary[type])),
  } satisfies StoredHead | { summary: null });
}

/** Throws an {@link UnreadableRecordError}, like all decode functions here. */
export function decodeHead(text: string): StoredHead {
  return decoding("a head", () => {
    const { head, summary } = JSON.parse(text);
    const record = {
      head: { verdict: null, ...head, missing: head.missing.map(withNewName) },
      summary: summary && mapValues(summary, withNewName),
    };
    return requireShape.head(record) as StoredHead;
  });
}

/** The fields that are known when a round is measured. Concluding does not change them. */
export type MeasuredFields = Omit<RoundRecord, "head" | "entry" | "findings">;

/** Encodes what was measured, which is nearly all of a record. */
export function* encodeMeasured(round: ClosedRound): Steps<MeasuredFields> {
  const { plan, agents, matrices } = round;
  const nodes = yield* writeNodeLines(round);
  const failures = yield* writeFailures(matrices);
  const extras = yield* writeExtras(matrices);
  return {
    nodes,
    plan: planText({ plan, agents }),
    failures,
    columns: encodeColumns(matrices),
    extras,
  };
}

/** Encodes what concluding adds to a round. */
export function encodeConcluded({
  head,
  summary,
  findings,
}: ClosedRound): Pick<RoundRecord, "head" | "entry" | "findings"> {
  return {
    head: headText(head, summary),
    entry: JSON.stringify(timelineEntry(head, summary, findings)),
    findings: JSON.stringify(findings.map(withOldName)),
  };
}

/** The head of a round that is measured and not concluded yet. */
export function encodeMeasuredHead({ head, summary }: ClosedRound): string {
  return headText({ ...head, state: "measured", verdict: null }, summary);
}

/** A record as it is read back. Its columns are in one piece, or missing in an old round. */
export interface ReadRecord extends Pick<RoundRecord, "head" | "plan" | "findings"> {
  readonly failures: string;
  readonly columns?: Uint8Array;
  readonly extras?: string;
}

/** Decodes a stored round. If its columns are missing, only the failures have outcomes. */
export function decodeRound(record: ReadRecord): ClosedRound {
  return decoding("a round", () => readRound(record));
}

function readRound(record: ReadRecord): ClosedRound {
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

function planText({ plan, agents }: StoredPlan): string {
  const stored: StoredPlan = {
    plan: {
      agents: plan.agents.map(withOldWhy),
      targets: perType((type) => plan.targets[type].map(withOldWhy)),
    },
    agents,
  };
  return JSON.stringify(stored);
}

/**
 * Old records have no zone, no pool and no readiness of agents. In them, every agent that the round waited for was
 * ready.
 */
function decodePlan(text: string): StoredPlan {
  const { plan, agents } = JSON.parse(text);
  const placed = plan.agents.map((agent: { ready?: boolean; absent?: string | null }) => ({
    ...NO_PLACE,
    ...agent,
    ready: agent.ready ?? agent.absent === null,
  }));
  const stored = requireShape.plan({
    plan: {
      agents: placed.map(withNewName),
      targets: perType((type) => plan.targets[type].map(withNewName)),
    },
    agents,
  });
  if (stored.agents.length !== stored.plan.agents.length)
    throw new UnreadableRecordError("a plan has other agents than there are reports");
  return stored as StoredPlan;
}

export function decodeEntry(text: string): TimelineEntry {
  return decoding("an entry", () => {
    const entry = JSON.parse(text) as object;
    return requireShape.entry({ verdict: null, ...entry });
  });
}

export function decodeFindings(text: string): Finding[] {
  return decoding("a list of findings", () => {
    const findings = JSON.parse(text) as unknown[];
    return requireShape.findings(findings.map(withNewName));
  });
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

function applyExtras(extras: Extras, matrix: OutcomeMatrix): void {
  for (const [index, cell] of extras.cells.entries())
    matrix.setAnsweredBy(cell, extras.answerers[extras.which[index]!]!);
  for (const [cell, detail] of extras.detail) matrix.setDetail(cell, detail);
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
      throw new UnreadableRecordError(
        `${columns.length} bytes of columns, of which there should be ${end} at least`,
      );
    reasons.set(columns.subarray(at, at + reasons.length));
    attempts.set(columns.subarray(at + reasons.length, at + 2 * reasons.length));
    bytesOf(latencyUs).set(columns.subarray(at + 2 * reasons.length, end));
    at = end;
  }
}

/** The bytes are little-endian, like every platform on which Node runs in a cluster. */
function bytesOf(numbers: Uint32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
