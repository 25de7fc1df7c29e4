import type { PlannedWhy } from "@netchecker/contract";
import type { NodeRecord, PodRecord } from "./cluster-view.ts";

/** A node or pod this young may well not be ready yet, milliseconds. */
const STARTING_MS = 120_000;

/** The planned change that a node is in. */
export function plannedOfNode(node: NodeRecord): PlannedWhy | null {
  if (node.deleting) return "node_deleting";
  return node.cordoned ? "node_cordoned" : null;
}

/** The planned change that a pod is in, or that its absence is explained by. */
export function plannedOfPod(
  pod: PodRecord | undefined,
  node: NodeRecord,
  at: number,
): PlannedWhy | null {
  if (!pod) return at - node.createdAt < STARTING_MS ? "node_starting" : null;
  if (pod.terminating) return "pod_terminating";
  const starting = !pod.everReady && at - pod.createdAt < STARTING_MS;
  return starting && pod.problem === null ? "pod_starting" : null;
}
