import type { PlannedWhy } from "@netchecker/contract";
import type { ClusterView, NodeRecord, PodRecord } from "./cluster-view.ts";
import { plannedOfNode, plannedOfPod, type StartupSettings } from "./planned-why.ts";

/** A node, and the pods by which it takes part in a round. */
export interface NodePlan {
  readonly node: NodeRecord;
  /** What is planned of it, and so of all that is on it. */
  readonly planned: PlannedWhy | null;
  readonly pings: readonly PodRecord[];
  readonly pongs: readonly PodRecord[];
  /** Whether Kubernetes calls one of its ping pods ready. */
  readonly hasReadyAgent: boolean;
  /** What is planned of one of its pods. */
  readonly plannedOf: (pod: PodRecord | undefined) => PlannedWhy | null;
}

/** node-2 comes before node-10, for the eyes of those who read the mesh. */
const NATURAL = new Intl.Collator("en", { numeric: true });

/** Every node that should take part, by name. */
export function planNodes({ nodes, pods, at }: ClusterView, settings: StartupSettings): NodePlan[] {
  const podsOf = Map.groupBy(pods, ({ node }) => node);
  return nodes
    .toSorted((a, b) => NATURAL.compare(a.name, b.name))
    .map((node) => {
      const told = podsOf.get(node.name) ?? [];
      const planned = plannedOfNode(node, told, at, settings);
      const taken = !node.ready && planned === null ? told.map(asBefore) : told;
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
 * Kubernetes calls the pods of a node that it does not hear from not ready, and terminates them, whether
 * they live or not. Until they are gone they are asked as if it had said nothing: what they answer is
 * the measurement. Not so a pod of which the kubelet itself told that it does not run.
 */
function asBefore(pod: PodRecord): PodRecord {
  return pod.everReady && pod.problem === null ? { ...pod, ready: true, terminating: false } : pod;
}
