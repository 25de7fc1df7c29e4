import type { ClusterView, PodRecord } from "./cluster-view.ts";
import { placeOf } from "./node-places.ts";
import type { AskedAgent, PlanSettings, RoundPlan } from "./plan.ts";
import { type NodePlan, planNodes } from "./plan-nodes.ts";
import {
  dialledFirst,
  externalTargets,
  nodeTargets,
  podTargets,
  serviceTargets,
} from "./plan-targets.ts";

/** Plans a round. It asks every node that Kubernetes lists, whether that node ever answered or not. */
export function planRound(view: ClusterView, settings: PlanSettings): RoundPlan {
  const nodes = planNodes(view, settings);
  return {
    agents: nodes.map(planAgent),
    targets: {
      pod: dialledFirst(nodes.flatMap((node) => podTargets(node, settings))),
      node: dialledFirst(nodes.flatMap((node) => nodeTargets(node, view.service, settings))),
      service: serviceTargets(view, settings),
      external: externalTargets(settings),
    },
  };
}

/** Prefers a pod that does not terminate, then a ready pod, then the newest. */
function byPreference(a: PodRecord, b: PodRecord): number {
  return (
    Number(a.terminating) - Number(b.terminating) ||
    Number(b.ready) - Number(a.ready) ||
    b.createdAt - a.createdAt
  );
}

function planAgent({ node, pings, hasReadyAgent, plannedOf }: NodePlan): AskedAgent {
  const [ping] = pings.toSorted(byPreference);
  const absent = whyAbsent(ping);
  return {
    pod: ping?.name ?? null,
    node: node.name,
    ip: ping?.ips[0] ?? null,
    ...placeOf(node.labels),
    ready: hasReadyAgent,
    absent,
    problem: ping?.problem ?? (absent === null ? null : whyNotReady(node)),
    planned: plannedOf(ping),
  };
}

function whyAbsent(ping: PodRecord | undefined): AskedAgent["absent"] {
  if (!ping) return "no_pod";
  return ping.ready && !ping.terminating ? null : "pod_not_ready";
}

/** Why no pod runs on a node, in the kubelet's or the node controller's words. */
function whyNotReady({ readiness: { status, message, reason } }: NodePlan["node"]): string | null {
  return status === "True" ? null : message || reason || null;
}
