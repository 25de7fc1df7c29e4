import type { ClusterView, NodeRecord, PodRecord } from "@netchecker/round/cluster-view";
import type { PlanSettings } from "@netchecker/round/plan";
import type { Cluster, SimulatedNode } from "./cluster.ts";

/** What Kubernetes tells of a cluster, where that differs from a healthy one. */
export interface Shown {
  readonly nodes: ReadonlyMap<number, Partial<NodeRecord>>;
  readonly pods: ReadonlyMap<string, Partial<PodRecord>>;
  /** Not, or not any more, in the API server. */
  readonly absentNodes: ReadonlySet<number>;
  readonly absentPods: ReadonlySet<string>;
  readonly addedPods: readonly PodRecord[];
}

export const ALL_WELL: Shown = {
  nodes: new Map(),
  pods: new Map(),
  absentNodes: new Set(),
  absentPods: new Set(),
  addedPods: [],
};

/** Long before any round. */
const CREATED_AT = Date.parse("2026-11-01T08:00:00Z");

export function planSettings({ externals }: Cluster): PlanSettings {
  return {
    namespace: "netchecker",
    serviceName: "pong-svc",
    clusterDomain: "cluster.local",
    pongPort: 8080,
    kubeletPort: 10_250,
    nodeStartupMs: 600_000,
    externalTargets: externals,
  };
}

/** The view that netchecker's watch has of a cluster at a time, milliseconds since 1970. */
export function viewOf(cluster: Cluster, shown: Shown, at: number): ClusterView {
  const there = cluster.nodes.filter(({ index }) => !shown.absentNodes.has(index));
  const pods = there
    .flatMap((node) => [podOf("ping", node), podOf("pong", node)])
    .filter(({ name }) => !shown.absentPods.has(name))
    .map((pod) => ({ ...pod, ...shown.pods.get(pod.name) }));
  return {
    nodes: there.map((node) => ({ ...nodeOf(cluster, node), ...shown.nodes.get(node.index) })),
    pods: [...pods, ...shown.addedPods],
    service: {
      name: "pong-svc",
      uid: "pong-svc-uid",
      clusterIPs: ["10.96.0.10"],
      ports: [{ port: 8080, nodePort: 32_088 }],
    },
    at,
    staleSince: null,
  };
}

function nodeOf(cluster: Cluster, { name, ip, zone, pool, index }: SimulatedNode): NodeRecord {
  const labels: Record<string, string> = cluster.labelled
    ? {
        "topology.kubernetes.io/region": "region-1",
        "topology.kubernetes.io/zone": `region-1${"abcd"[zone]}`,
        "cloud.google.com/gke-nodepool": `pool-${pool + 1}`,
        "node.kubernetes.io/instance-type": "n2-standard-8",
      }
    : {};
  const system = { bootId: `boot-${index}`, kernelVersion: "6.12.8", kubeletVersion: "v1.36.1" };
  return {
    name,
    addresses: [ip],
    ready: true,
    readiness: { status: "True", since: CREATED_AT, reason: "KubeletReady", message: "" },
    everReady: true,
    returns: [],
    shutdownSince: null,
    leaving: null,
    cordoned: false,
    deleting: false,
    createdAt: CREATED_AT,
    labels,
    ...system,
  };
}

export function podOf(
  app: "ping" | "pong",
  node: SimulatedNode,
  with_: Partial<PodRecord> = {},
): PodRecord {
  return {
    name: node[app],
    app,
    node: node.name,
    ips: [app === "ping" ? node.pingIp : node.pongIp],
    ready: true,
    terminating: false,
    everReady: true,
    problem: null,
    createdAt: CREATED_AT,
    ...with_,
  };
}
