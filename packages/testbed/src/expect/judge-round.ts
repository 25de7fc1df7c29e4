import {
  isReached,
  isStarting,
  MISSING_WHYS,
  type MissingWhy,
  type Result,
} from "@netchecker/contract";
import type { ServedRound } from "../services/watch-rounds.ts";
import type { Effect } from "./effect.ts";
import { expectReport, expectRow, mayBeSilent } from "./expect-row.ts";

/** What a round says, held against what a correct product must say. */
export interface Judgement {
  /** How many rows were held against an expectation. */
  readonly pairs: number;
  readonly failed: number;
  readonly unknown: number;
  /** Failed rows that must be ok. */
  readonly falseFailures: string[];
  /** Rows that must be failed, and are not. */
  readonly missedFailures: string[];
  /** Everything else that is wrong: reasons, missing agents, unknown rows. */
  readonly otherFaults: string[];
}

export const wrongOf = (judgement: Judgement): string[] => [
  ...judgement.falseFailures,
  ...judgement.missedFailures,
  ...judgement.otherFaults,
];

/** Holds a round against the effects of all faults that were active during its whole window. Pure. */
export function judgeRound(
  { round, results }: Pick<ServedRound, "round" | "results">,
  effects: readonly Effect[],
  nodes: readonly string[],
): Judgement {
  const judgement: Judgement = {
    pairs: results.length,
    failed: results.filter(({ ok }) => ok === false).length,
    unknown: results.filter(({ ok }) => ok === null).length,
    falseFailures: [],
    missedFailures: [],
    otherFaults: [],
  };
  const missing = new Map(round.missing.map((agent) => [agent.node, agent]));
  const reports = new Map(nodes.map((node) => [node, reportOf(node, effects)]));
  for (const node of nodes) {
    const fault = missingFault(node, missing.get(node)?.why ?? null, effects, nodes, reports);
    if (fault) judgement.otherFaults.push(fault);
  }
  const rowsExpected = new Set(nodes);
  for (const row of results) {
    if (!rowsExpected.has(row.from.node)) continue;
    judgeRow(
      row,
      reports.get(row.from.node)!,
      missing.has(row.from.node),
      effects,
      nodes,
      judgement,
    );
  }
  return judgement;
}

function reportOf(node: string, effects: readonly Effect[]): "no" | "maybe" | "yes" {
  if (effects.some(({ notReady }) => notReady?.includes(node))) return "no";
  return expectReport(node, effects);
}

/** What is wrong with whether, and why, an agent is missing; null where it is right. */
function missingFault(
  node: string,
  why: MissingWhy | null,
  effects: readonly Effect[],
  nodes: readonly string[],
  reports: ReadonlyMap<string, "no" | "maybe" | "yes">,
): string | null {
  const report = reports.get(node)!;
  if (why === null)
    return report === "no" ? `${node} is not missing, though it cannot report` : null;
  if (report === "yes") return `${node} is missing (${why}), though it can report`;
  const allowed = whysOf(node, effects, nodes, reports);
  // Nobody needs to wait for an agent that is being taken away, once Kubernetes calls its pod not ready.
  if (effects.some(({ planned }) => planned?.includes(node))) allowed.push("pod_not_ready");
  return allowed.includes(why)
    ? null
    : `${node} is missing as ${why}; it should be ${allowed.join(" or ")}`;
}

function whysOf(
  node: string,
  effects: readonly Effect[],
  nodes: readonly string[],
  reports: ReadonlyMap<string, "no" | "maybe" | "yes">,
): MissingWhy[] {
  if (effects.some(({ notReady }) => notReady?.includes(node))) return ["pod_not_ready", "no_pod"];
  if (effects.some((effect) => mayBeSilent(effect, node))) return [...MISSING_WHYS];
  const witnesses = nodes.filter((other) => other !== node && reports.get(other) !== "no");
  const reaches = witnesses.map((from) => {
    const found = expectRow(echoRow(from, node), effects, nodes);
    if (found === null) return reports.get(from) === "yes" ? "yes" : "maybe";
    if (!found.sure) return "maybe";
    // Small packets pass where only large ones are lost.
    if (found.reasons.every(isReached)) return "yes";
    return found.reasons.some(isReached) ? "maybe" : "no";
  });
  if (reaches.includes("yes") || witnesses.length === 0) return ["silent"];
  return reaches.every((each) => each === "no") ? ["unreachable"] : ["silent", "unreachable"];
}

const echoRow = (from: string, to: string) => ({
  type: "pod" as const,
  check: "echo" as const,
  from: { pod: null, node: from, ip: null },
  to: { name: null, node: to, address: null },
});

function judgeRow(
  row: Result,
  report: "no" | "maybe" | "yes",
  isMissing: boolean,
  effects: readonly Effect[],
  nodes: readonly string[],
  judgement: Judgement,
): void {
  const says = `${row.from.node} ${row.check} ${row.to.node ?? row.to.name} is ${row.reason}`;
  if (row.ok === null) {
    // Where no address is known nothing can be dialled, whatever is healthy.
    if (report === "yes" && !isMissing && row.to.address !== null)
      judgement.otherFaults.push(`${says}, though its agent can report`);
    return;
  }
  if (report === "no") {
    judgement.otherFaults.push(`${says}, though its agent cannot report`);
    return;
  }
  if (effects.some(({ starved }) => starved?.includes(row.from.node))) return;
  const expected = expectRow(row, effects, nodes);
  if (row.ok && expected?.sure && !isUnsettled(row, effects))
    judgement.missedFailures.push(`${says}; must be ${expected.reasons}`);
  if (row.ok) return;
  if (!expected) judgement.falseFailures.push(`${says}${detailOf(row)}; must be ok`);
  else if (!expected.reasons.includes(row.reason))
    judgement.otherFaults.push(`${says}${detailOf(row)}; may be ${expected.reasons.join(", ")}`);
  if (isPlanned(row, effects)) {
    if (row.planned === undefined) judgement.otherFaults.push(`${says}, and not marked as planned`);
  } else if (isExcused(row) && !isUnsettled(row, effects))
    judgement.otherFaults.push(`${says}, and marked as planned (${row.planned}), which it is not`);
}

/** What is starting comes and goes by itself; all else that is planned somebody must have decided. */
const isExcused = ({ planned }: Result) => planned !== undefined && !isStarting(planned);

const detailOf = ({ detail }: Result) => (detail === undefined ? "" : ` (${detail})`);

const isUnsettled = ({ from, to }: Result, effects: readonly Effect[]) =>
  effects.some(({ unsettled }) =>
    unsettled?.some((node) => node === from.node || node === to.node),
  );

const isPlanned = ({ from, to }: Result, effects: readonly Effect[]) =>
  effects.some(({ planned }) => planned?.some((node) => node === from.node || node === to.node));
