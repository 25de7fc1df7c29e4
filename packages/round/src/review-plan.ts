import { isStarting, type PlannedWhy } from "@netchecker/contract";
import type { ClusterView, PodRecord } from "./cluster-view.ts";
import { decidedOfNode } from "./planned-why.ts";
import type { AskedTarget, RoundPlan } from "./plan.ts";

/**
 * A round's plan, as the cluster looks when it closes: what went away, or was told to go, while it was
 * being probed is planned too. A rollout that overtakes a round must not look like a fault. Only what
 * somebody decided counts: a node that became NotReady meanwhile has a fault, and so has one that came
 * back from it; its pods are terminated because of that.
 */
export function reviewPlan(plan: RoundPlan, view: ClusterView): RoundPlan {
  const nodes = new Map(view.nodes.map((node) => [node.name, node]));
  const pods = new Map(view.pods.map((pod) => [pod.name, pod]));
  /** Those that were not heard from when the round was opened, and were asked all the same. */
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

/** What was planned stays so; what was only starting may have been told to go. */
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
