import { latencyOf, type NodeMoment } from "@netchecker/contract";
import type { NodeColumns } from "./node-columns.ts";

/** One node of a round's columns; null where the round has no such node. */
export function nodeMoment(id: number, columns: NodeColumns, node: string): NodeMoment | null {
  const n = columns.nodes.indexOf(node);
  if (n === -1) return null;
  return {
    id,
    startedAt: columns.startedAt,
    agent: columns.agent[n]!,
    outFailed: columns.outFailed[n]!,
    outTotal: columns.outTotal[n]!,
    inFailed: columns.inFailed[n]!,
    inTotal: columns.inTotal[n]!,
    outLatencyMs: shortLatency(columns.outLatency[n]!),
    inLatencyMs: shortLatency(columns.inLatency[n]!),
  };
}

/** A code is right within 3 %: more digits say nothing. */
function shortLatency(code: number): number | null {
  const latencyMs = latencyOf(code);
  return latencyMs === null ? null : Number(latencyMs.toPrecision(3));
}
