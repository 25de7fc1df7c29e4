import type { Result } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { results } from "./results.ts";

/**
 * The original says this if a source reaches neither the target nor the outside: "the source's pod network cannot get
 * out".
 */
const CANNOT_GET_OUT = "源pod网络出不去";

interface LegacyPod {
  name: string;
  podIP: string;
  hostIP: string;
  status: string;
}

/** A row of the original's `/report`. */
export interface LegacyReport {
  type: "pod" | "node" | "service";
  from: LegacyPod;
  to:
    | LegacyPod
    | { name: string; hostIP: string; status: string }
    | { port: number; nodePort: number };
  result: boolean;
  timestamp: string;
  reason: string;
}

/** A row of the original's `/simple/…`. */
export interface LegacySimple {
  srcName: string;
  DstName: string;
  result: boolean;
  timestamp: string;
  reason: string;
}

/** An entry of the original's `/nodes`. */
export interface LegacyNode {
  srcIp: string;
  to: { dstIp: string; Result: boolean; timestamp: string; reason: string }[];
}

/**
 * A round in the original's shape. The original had neither unknown outcomes nor checks. So an outcome that was not
 * measured has no row, and a node has one row for each of its checks. `wanted` selects rows by result.
 */
export function* legacyReport(round: ClosedRound, wanted?: boolean): Generator<LegacyReport> {
  const context = contextOf(round);
  for (const row of measured(round, wanted)) {
    const { type } = row;
    if (type === "external" || row.check === "dns") continue;
    yield {
      type,
      from: {
        name: row.from.pod ?? "",
        podIP: row.from.ip ?? "",
        hostIP: context.hostIP(row.from.node),
        status: "Running",
      },
      to: legacyTarget(row, context),
      ...legacyResult(row, context),
    };
  }
}

export function* legacySimple(round: ClosedRound, wanted?: boolean): Generator<LegacySimple> {
  const context = contextOf(round);
  for (const row of measured(round, wanted)) {
    if (row.type === "external" || row.check === "dns") continue;
    yield {
      srcName: row.from.pod ?? "",
      DstName: row.to.name ?? "",
      ...legacyResult(row, context),
    };
  }
}

/** One entry for each source node, from its pod results. */
export function* legacyNodes(round: ClosedRound): Generator<LegacyNode> {
  const context = contextOf(round);
  for (const agent of round.plan.agents) {
    const rows = [...results(round, { type: "pod", from: agent.node })].filter(isMeasured);
    if (rows.length === 0) continue;
    yield {
      srcIp: context.hostIP(agent.node),
      to: rows.map((row) => {
        const { result, timestamp, reason } = legacyResult(row, context);
        return { dstIp: context.hostIP(row.to.node ?? ""), Result: result, timestamp, reason };
      }),
    };
  }
}

interface Context {
  readonly timestamp: string;
  readonly nodePort: number;
  hostIP(node: string): string;
  cannotGetOut(node: string): boolean;
}

function contextOf(round: ClosedRound): Context {
  const targets = round.plan.targets.node.filter(({ address }) => address !== null);
  const hostIPs = new Map(
    targets.filter(({ check }) => check === "tcp").map((t) => [t.name, hostOf(t.address!)]),
  );
  const nodePort = targets.find(({ check }) => check === "nodeport")?.address;
  const outside = Map.groupBy(results(round, { type: "external" }), ({ from }) => from.node);
  return {
    timestamp: (round.head.finishedAt ?? round.head.startedAt).slice(0, 19).replace("T", " "),
    nodePort: nodePort ? portOf(nodePort) : 0,
    hostIP: (node) => hostIPs.get(node) ?? "",
    cannotGetOut: (node) => outside.get(node)?.every(({ ok }) => ok === false) ?? false,
  };
}

function legacyTarget(row: Result, { hostIP, nodePort }: Context): LegacyReport["to"] {
  const { name, node, address } = row.to;
  if (row.type === "service") return { port: portOf(address ?? ""), nodePort };
  const common = { name: name ?? "", hostIP: hostIP(node ?? "") };
  if (row.type === "node")
    return { ...common, status: row.planned === "node_not_ready" ? "NotReady" : "Ready" };
  return { ...common, podIP: hostOf(address ?? ""), status: "Running" };
}

function legacyResult(row: Result, context: Context) {
  const failed = row.ok === false;
  const reason = context.cannotGetOut(row.from.node) ? CANNOT_GET_OUT : row.reason;
  return { result: !failed, timestamp: context.timestamp, reason: failed ? reason : "" };
}

function measured(round: ClosedRound, wanted?: boolean): IteratorObject<Result> {
  return results(round, wanted === undefined ? {} : { ok: wanted }).filter(isMeasured);
}

function isMeasured(row: Result): boolean {
  return row.ok !== null;
}

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(":")).replace(/^\[|\]$/g, "");
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(":") + 1)) || 0;
}
