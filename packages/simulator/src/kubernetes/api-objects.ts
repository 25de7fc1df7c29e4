import type { SimulatedNode } from "../cluster.ts";

export interface Taint {
  readonly key: string;
  readonly effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
  /** Milliseconds since 1970. */
  readonly addedAt: number;
}

export interface ReadyCondition {
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  /** By the clock of who wrote it, milliseconds since 1970. */
  readonly since: number;
}

/** What the API server has of a node. */
export interface NodeInApi {
  /** Another one where a node of the same name is made anew. */
  readonly uid: string;
  readonly createdAt: number;
  deletingSince: number | null;
  cordoned: boolean;
  taints: Taint[];
  /** Null until somebody wrote one. */
  ready: ReadyCondition | null;
  addressed: boolean;
  bootId: string;
}

/** What the API server has of a ping or pong pod. */
export interface PodInApi {
  readonly name: string;
  readonly app: "ping" | "pong";
  readonly nodeName: string;
  readonly createdAt: number;
  terminatingSince: number | null;
  ip: string | null;
  ready: boolean;
  readySince: number;
  restarts: number;
  /** Null while the container waits. */
  startedAt: number | null;
  /** Why the whole pod failed, in the kubelet's words. */
  failed: { readonly reason: string; readonly message: string } | null;
}

/** Kubernetes writes whole seconds. */
function time(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}

/** A small Node, as the API server shows it: what netchecker reads of one, and no more. */
export function nodeObject(
  { name, ip, zone, pool }: SimulatedNode,
  labelled: boolean,
  node: NodeInApi,
): object {
  const labels: Record<string, string> = labelled
    ? {
        "topology.kubernetes.io/region": "region-1",
        "topology.kubernetes.io/zone": `region-1${"abcd"[zone]}`,
        "cloud.google.com/gke-nodepool": `pool-${pool + 1}`,
        "node.kubernetes.io/instance-type": "n2-standard-8",
      }
    : {};
  const { ready, deletingSince, taints, cordoned } = node;
  const object = {
    metadata: {
      name,
      uid: node.uid,
      labels: { "kubernetes.io/os": "linux", ...labels },
      creationTimestamp: time(node.createdAt),
      ...(deletingSince !== null && { deletionTimestamp: time(deletingSince) }),
    },
    spec: {
      ...(cordoned && { unschedulable: true }),
      ...(taints.length > 0 && {
        taints: taints.map(({ key, effect, addedAt }) => ({
          key,
          effect,
          timeAdded: time(addedAt),
        })),
      }),
    },
    status: {
      addresses: [
        ...(node.addressed ? [{ type: "InternalIP", address: ip }] : []),
        { type: "Hostname", address: name },
      ],
      conditions: ready
        ? [
            {
              type: "Ready",
              status: ready.status,
              reason: ready.reason,
              message: ready.message,
              lastTransitionTime: time(ready.since),
            },
          ]
        : [],
      nodeInfo: { bootID: node.bootId, kernelVersion: "6.12.8", kubeletVersion: "v1.36.1" },
    },
  };
  return object;
}

/** A small Pod, as the API server shows it. */
export function podObject(pod: PodInApi): object {
  const { name, app, nodeName, ip, ready, failed, startedAt, restarts, terminatingSince } = pod;
  const state =
    startedAt === null
      ? { waiting: { reason: "ContainerCreating" } }
      : failed
        ? { terminated: { reason: "Completed", exitCode: 0 } }
        : { running: { startedAt: time(startedAt) } };
  const object = {
    metadata: {
      name,
      labels: { name: app },
      creationTimestamp: time(pod.createdAt),
      ...(terminatingSince !== null && { deletionTimestamp: time(terminatingSince) }),
    },
    spec: { nodeName },
    status: {
      phase: failed ? "Failed" : startedAt === null ? "Pending" : "Running",
      ...failed,
      ...(ip && { podIP: ip, podIPs: [{ ip }] }),
      conditions: [
        { type: "PodScheduled", status: "True", lastTransitionTime: time(pod.createdAt) },
        {
          type: "Ready",
          status: ready ? "True" : "False",
          lastTransitionTime: time(pod.readySince),
        },
      ],
      containerStatuses: [{ name: app, ready, restartCount: restarts, state }],
    },
  };
  return object;
}
