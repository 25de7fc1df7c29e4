import type { PlannedWhy } from "@netchecker/contract";
import type { NodeRecord, PodRecord } from "./cluster-view.ts";

/** A pod this young may well not be ready yet; so may the pods of a node that became Ready so lately. Milliseconds. */
const STARTING_MS = 120_000;
/** An orderly shutdown that takes longer is a fault. The kubelet's grace period is minutes at most. */
const SHUTDOWN_MS = 600_000;
/** A node that returns this often within the hour does not return, it flaps. */
const FLAPPING_RETURNS = 3;
const FLAPPING_MS = 3_600_000;

export interface StartupSettings {
  /** For so long a node that has never been Ready is starting; after that it is a fault. */
  readonly nodeStartupMs: number;
}

/**
 * What somebody decided about a node; null where nobody did. That it is not Ready is a symptom and
 * decides nothing, neither for it nor against.
 */
export function decidedOfNode(node: NodeRecord, at: number): PlannedWhy | null {
  if (node.deleting) return "node_deleting";
  if (node.leaving !== null) return "node_leaving";
  if (node.cordoned) return "node_cordoned";
  const { ready, shutdownSince } = node;
  if (!ready && shutdownSince !== null && at - shutdownSince < SHUTDOWN_MS)
    return "node_shutting_down";
  return null;
}

/** Why what is not ok of a node is no failure: a decision, or that it is not there yet. `pods` are its own. */
export function plannedOfNode(
  node: NodeRecord,
  pods: readonly PodRecord[],
  at: number,
  { nodeStartupMs }: StartupSettings,
): PlannedWhy | null {
  const decided = decidedOfNode(node, at);
  if (decided !== null) return decided;
  if (!node.ready)
    return !node.everReady && at - node.createdAt < nodeStartupMs ? "node_starting" : null;
  // No node was Ready before it was made.
  const readySince = Math.max(node.readiness.since, node.createdAt);
  if (at - readySince >= STARTING_MS) return null;
  const returns = node.returns.filter((returned) => at - returned < FLAPPING_MS).length;
  if (returns === 0 && readySince - node.createdAt <= nodeStartupMs)
    // Pods of a node that has just come were ready no earlier: one that no longer is has a fault.
    return hasBoth(pods, ({ everReady }) => everReady) ? null : "node_starting";
  if (returns >= FLAPPING_RETURNS) return null;
  return hasBoth(pods, isReady) ? null : "node_returning";
}

/** The planned change that a pod is in. The pods of a node that is not Ready are terminated by Kubernetes, and cannot start. */
export function plannedOfPod(
  pod: PodRecord | undefined,
  node: NodeRecord,
  at: number,
): PlannedWhy | null {
  if (!pod || !node.ready) return null;
  if (pod.terminating) return "pod_terminating";
  const starting = !pod.everReady && at - pod.createdAt < STARTING_MS;
  return starting && pod.problem === null ? "pod_starting" : null;
}

/** Whether it holds for a node's agent and its pong. */
function hasBoth(pods: readonly PodRecord[], holds: (pod: PodRecord) => boolean): boolean {
  return (["ping", "pong"] as const).every((app) =>
    pods.some((pod) => pod.app === app && holds(pod)),
  );
}

function isReady({ ready, terminating }: PodRecord): boolean {
  return ready && !terminating;
}
