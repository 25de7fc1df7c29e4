import { visible } from "@netchecker/contract";
import type { Stage } from "../probes/progress.ts";
import type { HandTarget } from "./parse-target.ts";
import type { HandAttempt } from "./probe-by-hand.ts";
import type { StageRecord } from "./record-stages.ts";

const LABELS: Readonly<Record<Stage, string>> = {
  "look-up-a": "look-up A",
  "look-up-aaaa": "look-up AAAA",
  connect: "connect",
  tls: "TLS",
  "response-head": "response head",
  "small-answer": "small answer",
  "large-request": "large request",
  "large-response": "large response",
};

const LABEL_WIDTH = Math.max(...Object.values(LABELS).map(({ length }) => length));
/** Wide enough for a minute. */
const MS_WIDTH = "60000.00".length;

/** What is probed, and the attempt's number if there are several. */
export function tellTarget({ kind, url }: HandTarget, attempt: number, of: number): string {
  return `${kind === "echo" ? "echo " : ""}${visible(url)}${of > 1 ? `   attempt ${attempt} of ${of}` : ""}`;
}

/**
 * The attempt as text for people: one line per stage, then how it ended and, if it failed, what
 * that means.
 */
export function tellAttempt(attempt: HandAttempt): string {
  const { ok, reason, detail, tookMs, stalledMs, stages, stoppedAt, meaning } = attempt;
  const lines = stages.map((stage) => tellStage(stage, stage.stage === stoppedAt));
  if (stalledMs > 0)
    lines.push(
      `  This process was short of CPU and stood still for ${milliseconds(stalledMs)} of it.`,
    );
  if (ok) return [...lines, `ok in ${milliseconds(tookMs)}`].join("\n");
  const why = detail === undefined ? reason : `${reason} (${detail})`;
  const where = stoppedAt ? ` at ${LABELS[stoppedAt]}` : "";
  return [
    ...lines,
    `FAILED after ${milliseconds(tookMs)}${where}: ${printable(why)}`,
    ...(meaning === undefined ? [] : [`  ${meaning}`]),
  ].join("\n");
}

function tellStage(record: StageRecord, stopped: boolean): string {
  const label = LABELS[record.stage].padEnd(LABEL_WIDTH);
  const ms = record.ms.toFixed(2).padStart(MS_WIDTH);
  return `  ${label} ${ms} ms   ${printable(stopped ? tellStop(record) : tellFacts(record))}`.trimEnd();
}

function tellFacts(record: StageRecord): string {
  const { stage, nameServers, addresses = [], pod, node, caller } = record;
  switch (stage) {
    case "look-up-a":
    case "look-up-aaaa":
      return `${addresses.join(", ") || "none"}${asked(", by", nameServers)}`;
    case "tls":
      return `${record.tlsProtocol}, certificate until ${record.certificateUntil}`;
    case "response-head":
      return `status ${record.status}`;
    case "small-answer":
      return `${pod} on ${node}, called by ${caller}`;
    case "large-request":
      return `${record.bytesSent} bytes sent, head received`;
    case "large-response":
      return `${record.bytesBack} bytes back`;
    default:
      return "";
  }
}

/** The facts that are certain about the stage in which it stopped. */
function tellStop({ nameServers, status, bytesSent, bytesBack = 0, stage }: StageRecord): string {
  const told = [
    ...(nameServers ? [asked("asked", nameServers)] : []),
    ...(status === undefined ? [] : [`status ${status}`]),
    ...(bytesSent === undefined ? [] : [`${bytesSent} bytes sent, no head received`]),
    ...(stage === "large-response" ? [`${bytesBack} bytes back`] : []),
  ];
  return told.join(", ");
}

function asked(word: string, nameServers: readonly string[] = []): string {
  if (nameServers.length === 0) return "";
  return `${word} ${nameServers.length > 1 ? "one of " : ""}${nameServers.join(", ")}`;
}

function milliseconds(ms: number): string {
  return `${ms < 10 ? ms.toFixed(2) : ms.toFixed(1)} ms`;
}

/** Text from a stranger, without characters that the terminal would obey. */
function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, "?");
}
