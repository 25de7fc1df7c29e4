import type { PlannedWhy } from "@netchecker/contract";
import type { ClusterView, NodeRecord, PodRecord } from "./cluster-view.ts";
import { plannedOfNode, plannedOfPod, type StartupSettings } from "./planned-why.ts";

/** A node and its pods, as they take part in a round. */
export interface NodePlan {
  readonly node: NodeRecord;
  /** Why a failure of the node, or of anything on it, is planned; else null. */
  readonly planned: PlannedWhy | null;
  readonly pings: readonly PodRecord[];
  readonly pongs: readonly PodRecord[];
  /** Whether Kubernetes calls one of its ping pods ready. */
  readonly hasReadyAgent: boolean;
  /** Why a failure of one of its pods is planned; else null. */
  readonly plannedOf: (pod: PodRecord | undefined) => PlannedWhy | null;
}

/** Puts node-2 before node-10, for people who read the mesh. */
const NATURAL = new Intl.Collator("en", { numeric: true });

/** Every node that should take part, by name. */
export function planNodes({ nodes, pods, at }: ClusterView, settings: StartupSettings): NodePlan[] {
  const podsOf = Map.groupBy(pods, ({ node }) => node);
  return nodes
    .toSorted((a, b) => NATURAL.compare(a.name, b.name))
    .map((node) => {
      const told = podsOf.get(node.name) ?? [];
      const planned = plannedOfNode(node, told, at, settings);
      const taken = !node.ready && planned === null ? told.map(asIfHeardFrom) : told;
      return {
        node,
        planned,
        pings: taken.filter(({ app }) => app === "ping"),
        pongs: taken.filter(({ app }) => app === "pong"),
        hasReadyAgent: told.some(
          ({ app, ready, terminating }) => app === "ping" && ready && !terminating,
        ),
        plannedOf: (pod) => planned ?? plannedOfPod(pod, node, at),
      };
    });
}

/**
 * When Kubernetes no longer hears from a node, it calls the node's pods not ready and terminates them, dead
 * or alive. A round asks such pods as if Kubernetes had said nothing, because their answer is the
 * measurement. It does not do so for a pod of which the kubelet itself said that it does not run.
 */
function asIfHeardFrom(pod: PodRecord): PodRecord {
  return pod.everReady && pod.problem === null ? { ...pod, ready: true, terminating: false } : pod;
}
