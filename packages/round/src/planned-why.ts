import type { PlannedWhy } from "@netchecker/contract";
import type { NodeRecord, PodRecord } from "./cluster-view.ts";

/**
 * A pod younger than this may not be ready yet. The same holds for pods of a node that became Ready this recently.
 */
const STARTING_MS = 120_000;
/** A shutdown that takes longer than this is a fault. The kubelet's grace period is a few minutes at most. */
const SHUTDOWN_MS = 600_000;
/** A node that becomes Ready again this often within an hour flaps. That is a fault. */
const FLAPPING_RETURNS = 3;
const FLAPPING_MS = 3_600_000;

export interface StartupSettings {
  /** How long after its creation a node that was never Ready counts as starting. After that it has a fault. */
  readonly nodeStartupMs: number;
}

/**
 * What somebody decided about a node, or null. NotReady is a symptom and no decision, so it changes
 * nothing here.
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

/**
 * Why failures of a node are planned: somebody decided it, or the node is starting. Else null. `pods` are the node's.
 */
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
  // Clocks differ: a node cannot have been Ready before it was created.
  const readySince = Math.max(node.readiness.since, node.createdAt);
  if (at - readySince >= STARTING_MS) return null;
  const returns = node.returns.filter((returned) => at - returned < FLAPPING_MS).length;
  if (returns === 0 && readySince - node.createdAt <= nodeStartupMs)
    // On a new node a pod that was ready became so just now. If it is not ready any more, it has a fault.
    return hasBoth(pods, ({ everReady }) => everReady) ? null : "node_starting";
  if (returns >= FLAPPING_RETURNS) return null;
  return hasBoth(pods, isReady) ? null : "node_returning";
}

/**
 * Why failures of a pod are planned, or null. On a node that is not Ready nothing is planned: Kubernetes
 * terminates its pods because of the fault, and they cannot start.
 */
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

/** Whether `holds` is true for an agent and for a pong of the node. */
function hasBoth(pods: readonly PodRecord[], holds: (pod: PodRecord) => boolean): boolean {
  return (["ping", "pong"] as const).every((app) =>
    pods.some((pod) => pod.app === app && holds(pod)),
  );
}

function isReady({ ready, terminating }: PodRecord): boolean {
  return ready && !terminating;
}
