import type { PlannedWhy } from "@netchecker/contract";
import type { ClusterView, PodRecord } from "./cluster-view.ts";
import { plannedOfNode } from "./planned-why.ts";
import type { AskedTarget, RoundPlan } from "./plan.ts";

/**
 * A round's plan, as the cluster looks when it closes: what went away, or was told to go, while it was
 * being probed is planned too. A rollout that overtakes a round must not look like a fault.
 */
export function reviewPlan(plan: RoundPlan, view: ClusterView): RoundPlan {
  const nodes = new Map(view.nodes.map((node) => [node.name, node]));
  const pods = new Map(view.pods.map((pod) => [pod.name, pod]));

  const ofNode = (name: string | null): PlannedWhy | null => {
    if (name === null) return null;
    const node = nodes.get(name);
    return node ? plannedOfNode(node) : "node_gone";
  };
  const ofPod = (name: string | null, still: (pod: PodRecord) => boolean): PlannedWhy | null => {
    if (name === null) return null;
    const pod = pods.get(name);
    if (!pod || !still(pod)) return "pod_gone";
    return pod.terminating ? "pod_terminating" : null;
  };

  const podTargets = plan.targets.pod.map((target) =>
    expect(target, ofNode(target.node) ?? ofPod(target.name, (pod) => hasAddress(pod, target))),
  );
  const leaving = new Map(
    podTargets.flatMap(({ node, planned }) => (node && planned ? [[node, planned]] : [])),
  );
  return {
    agents: plan.agents.map((agent) => ({
      ...agent,
      planned: agent.planned ?? ofNode(agent.node) ?? ofPod(agent.pod, () => true),
    })),
    targets: {
      ...plan.targets,
      pod: podTargets,
      node: plan.targets.node.map((target) => {
        const pong = target.check === "nodeport" ? leaving.get(target.node ?? "") : undefined;
        return expect(target, ofNode(target.node) ?? pong ?? null);
      }),
    },
  };
}

function expect(target: AskedTarget, planned: PlannedWhy | null): AskedTarget {
  return target.planned === null && planned !== null ? { ...target, planned } : target;
}

function hasAddress({ ips }: PodRecord, { address }: AskedTarget): boolean {
  if (address === null) return true;
  const ip = address.slice(0, address.lastIndexOf(":")).replace(/^\[|\]$/g, "");
  return ips.includes(ip);
}
