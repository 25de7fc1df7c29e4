import type { ClusterView, NodeRecord, PodRecord } from "./cluster-view.ts";
import { plannedOfNode, plannedOfPod } from "./planned-why.ts";
import { placeOf } from "./node-places.ts";
import type { AskedAgent, PlanSettings, RoundPlan } from "./plan.ts";
import {
  dialledFirst,
  externalTargets,
  nodeTargets,
  podTargets,
  serviceTargets,
} from "./plan-targets.ts";

/** node-2 comes before node-10, for the eyes of those who read the mesh. */
const NATURAL = new Intl.Collator("en", { numeric: true });

/** The cluster's view → the plan of a round. The planned set comes from the nodes, never from who answered. */
export function planRound(view: ClusterView, settings: PlanSettings): RoundPlan {
  const nodes = view.nodes.toSorted((a, b) => NATURAL.compare(a.name, b.name));
  const podsOf = podsByNode(view.pods);
  return {
    agents: nodes.map((node) => planAgent(node, podsOf("ping", node.name), view.at)),
    targets: {
      pod: dialledFirst(
        nodes.flatMap((node) => podTargets(node, podsOf("pong", node.name), view.at, settings)),
      ),
      node: dialledFirst(
        nodes.flatMap((node) => nodeTargets(node, podsOf("pong", node.name), view, settings)),
      ),
      service: serviceTargets(view, settings),
      external: externalTargets(settings),
    },
  };
}

function podsByNode(pods: readonly PodRecord[]) {
  const byNode = Map.groupBy(pods, ({ app, node }) => `${app}/${node}`);
  return (app: PodRecord["app"], node: string): readonly PodRecord[] =>
    byNode.get(`${app}/${node}`) ?? [];
}

/** A pod that stays goes before one that terminates, a ready one before others, then the newest. */
function byPreference(a: PodRecord, b: PodRecord): number {
  return (
    Number(a.terminating) - Number(b.terminating) ||
    Number(b.ready) - Number(a.ready) ||
    b.createdAt - a.createdAt
  );
}

function planAgent(node: NodeRecord, pings: readonly PodRecord[], at: number): AskedAgent {
  const [ping] = pings.toSorted(byPreference);
  return {
    pod: ping?.name ?? null,
    node: node.name,
    ip: ping?.ips[0] ?? null,
    ...placeOf(node.labels),
    absent: whyAbsent(ping),
    problem: ping?.problem ?? null,
    planned: plannedOfNode(node) ?? plannedOfPod(ping, node, at),
  };
}

function whyAbsent(ping: PodRecord | undefined): AskedAgent["absent"] {
  if (!ping) return "no_pod";
  return ping.ready && !ping.terminating ? null : "pod_not_ready";
}
