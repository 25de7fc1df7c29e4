import { isStarting, type PlannedWhy } from "@netchecker/contract";
import type { ClusterView, PodRecord } from "./cluster-view.ts";
import { decidedOfNode } from "./planned-why.ts";
import type { AskedTarget, RoundPlan } from "./plan.ts";

/**
 * Brings a round's plan up to date when the round closes. A node or pod that was deleted, or told to go, while
 * the round was open is planned too: a rollout during a round must not look like a fault. Only decisions
 * count. A node that became NotReady during the round has a fault, and so has one that became Ready again:
 * Kubernetes terminates its pods because of that.
 */
export function reviewPlan(plan: RoundPlan, view: ClusterView): RoundPlan {
  const nodes = new Map(view.nodes.map((node) => [node.name, node]));
  const pods = new Map(view.pods.map((pod) => [pod.name, pod]));
  /** Nodes that Kubernetes did not hear from when the round opened, and that were asked all the same. */
  const unheard = new Set(
    plan.agents.flatMap(({ node, ready, absent }) => (!ready && absent === null ? [node] : [])),
  );

  const ofNode = (name: string | null): PlannedWhy | null => {
    if (name === null) return null;
    const node = nodes.get(name);
    return node ? decidedOfNode(node, view.at) : "node_gone";
  };
  const ofPod = (
    name: string | null,
    nodeName: string | null,
    still: (pod: PodRecord) => boolean,
  ): PlannedWhy | null => {
    if (name === null || nodeName === null) return null;
    if (!nodes.get(nodeName)?.ready || unheard.has(nodeName)) return null;
    const pod = pods.get(name);
    if (!pod || !still(pod)) return "pod_gone";
    return pod.terminating ? "pod_terminating" : null;
  };

  const podTargets = plan.targets.pod.map((target) =>
    decide(
      target,
      ofNode(target.node) ?? ofPod(target.name, target.node, (pod) => hasAddress(pod, target)),
    ),
  );
  const leaving = new Map(
    podTargets.flatMap(({ node, planned }) => (node && planned ? [[node, planned]] : [])),
  );
  return {
    agents: plan.agents.map((agent) =>
      decide(agent, ofNode(agent.node) ?? ofPod(agent.pod, agent.node, () => true)),
    ),
    targets: {
      ...plan.targets,
      pod: podTargets,
      node: plan.targets.node.map((target) => {
        const pong = target.check === "nodeport" ? leaving.get(target.node ?? "") : undefined;
        return decide(target, ofNode(target.node) ?? pong ?? null);
      }),
    },
  };
}

/** An earlier decision stays. If the agent or target was only starting, a decision made since then replaces that. */
function decide<T extends { readonly planned: PlannedWhy | null }>(
  asked: T,
  decided: PlannedWhy | null,
): T {
  const open = asked.planned === null || isStarting(asked.planned);
  return open && decided !== null ? { ...asked, planned: decided } : asked;
}

function hasAddress({ ips }: PodRecord, { address }: AskedTarget): boolean {
  if (address === null) return true;
  const ip = address.slice(0, address.lastIndexOf(":")).replace(/^\[|\]$/g, "");
  return ips.includes(ip);
}
