import { kubeTime, type KubeObject } from "../api-server/kube-object.ts";

export interface Taint {
  key: string;
  value?: string;
  effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
  timeAdded?: string;
}

interface NodeCondition {
  type: string;
  status: "True" | "False" | "Unknown";
  lastHeartbeatTime: string;
  lastTransitionTime: string;
  reason: string;
  message: string;
}

export interface NodeObject extends KubeObject {
  spec: { podCIDR: string; podCIDRs: string[]; unschedulable?: boolean; taints?: Taint[] };
  status: {
    conditions: NodeCondition[];
    addresses: { type: string; address: string }[];
    nodeInfo: { bootID: string; [field: string]: string };
    [field: string]: unknown;
  };
}

type ConditionWords = Pick<NodeCondition, "type" | "status" | "reason" | "message">;

/** What a kubelet posts where all is well. */
const HEALTHY: readonly ConditionWords[] = [
  {
    type: "Ready",
    status: "True",
    reason: "KubeletReady",
    message: "kubelet is posting ready status",
  },
  {
    type: "MemoryPressure",
    status: "False",
    reason: "KubeletHasSufficientMemory",
    message: "kubelet has sufficient memory available",
  },
  {
    type: "DiskPressure",
    status: "False",
    reason: "KubeletHasNoDiskPressure",
    message: "kubelet has no disk pressure",
  },
  {
    type: "PIDPressure",
    status: "False",
    reason: "KubeletHasSufficientPID",
    message: "kubelet has sufficient PID available",
  },
];

/** Kubelets' own words for why a node is not ready. */
export const NOT_READY_MESSAGES = {
  network:
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized",
  /** Of an orderly shutdown (kubernetes/kubernetes: pkg/kubelet/nodeshutdown). */
  shutdown: "node is shutting down",
  runtime: "PLEG is not healthy: pleg was last seen active 3m15s ago; threshold is 3m0s",
} as const;

/** When a node joined that was there long before anything happens: a new one may take its time. */
export const longAgo = (): Date => new Date(Date.now() - 3_600_000);

/** A node that is ready since it joined, as its API server describes it; with an IPv6 address too, one of a dual-stack cluster. */
export function nodeObject(
  name: string,
  ip: string,
  kubeletPort: number,
  {
    ipv6,
    joinedAt = new Date(),
  }: { readonly ipv6?: string | undefined; readonly joinedAt?: Date } = {},
): NodeObject {
  const now = kubeTime(joinedAt);
  const podCIDR = `${ip.split(".").slice(0, 3).join(".")}.0/24`;
  const size = { cpu: "4", "ephemeral-storage": "50Gi", memory: "8Gi", pods: "110" };
  return {
    metadata: {
      name,
      creationTimestamp: now,
      labels: {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
      },
      annotations: { "node.alpha.kubernetes.io/ttl": "0" },
    },
    spec: { podCIDR, podCIDRs: [podCIDR, ...(ipv6 ? [`${ipv6.split("::")[0]}::/64`] : [])] },
    status: {
      capacity: size,
      allocatable: size,
      conditions: HEALTHY.map((words) => inForceSince(now, words)),
      addresses: [
        { type: "InternalIP", address: ip },
        ...(ipv6 ? [{ type: "InternalIP", address: ipv6 }] : []),
        { type: "Hostname", address: name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
      nodeInfo: {
        machineID: name,
        systemUUID: name,
        bootID: name,
        kernelVersion: "6.1.0",
        osImage: "Debian GNU/Linux 13 (trixie)",
        containerRuntimeVersion: "containerd://2.1.0",
        kubeletVersion: "v1.36.2",
        kubeProxyVersion: "",
        operatingSystem: "linux",
        architecture: "amd64",
      },
    },
  };
}

const inForceSince = (now: string, words: ConditionWords): NodeCondition => ({
  type: words.type,
  status: words.status,
  lastHeartbeatTime: now,
  lastTransitionTime: now,
  reason: words.reason,
  message: words.message,
});

/** `kubectl cordon`: the spec. The taint follows from the node controller, as a change of its own. */
export function cordon(node: NodeObject): void {
  node.spec.unschedulable = true;
}

export function uncordon(node: NodeObject): void {
  delete node.spec.unschedulable;
}

export const readyStatus = (node: NodeObject): NodeCondition["status"] =>
  node.status.conditions.find(({ type }) => type === "Ready")!.status;

/** What the kubelet posts: all is well, or why the node is not ready. */
export function setNodeReady(
  node: NodeObject,
  ready: boolean,
  message: string = NOT_READY_MESSAGES.network,
): void {
  const now = kubeTime();
  for (const words of HEALTHY) {
    const condition = node.status.conditions.find(({ type }) => type === words.type)!;
    const unready = { status: "False", reason: "KubeletNotReady", message } as const;
    const posted = words.type === "Ready" && !ready ? { ...words, ...unready } : words;
    const turned = condition.status !== posted.status;
    Object.assign(condition, posted, { lastHeartbeatTime: now });
    if (turned) condition.lastTransitionTime = now;
  }
}

/** What the node controller writes of a kubelet that it has not heard of for the grace period; the last heartbeat stays. */
export function setNodeUnknown(node: NodeObject): void {
  const now = kubeTime();
  for (const condition of node.status.conditions) {
    if (!HEALTHY.some(({ type }) => type === condition.type)) continue;
    if (condition.status === "Unknown") continue;
    Object.assign(condition, {
      status: "Unknown",
      lastTransitionTime: now,
      reason: "NodeStatusUnknown",
      message: "Kubelet stopped posting node status.",
    });
  }
}

export function hasTaint(node: NodeObject, key: string, effect: Taint["effect"]): boolean {
  return node.spec.taints?.some((taint) => taint.key === key && taint.effect === effect) === true;
}

/** Adds a taint; one that is there stays as it is. */
export function addTaint(node: NodeObject, taint: Omit<Taint, "timeAdded">): void {
  if (hasTaint(node, taint.key, taint.effect)) return;
  node.spec.taints = [...(node.spec.taints ?? []), { ...taint, timeAdded: kubeTime() }];
}

/** Removes a key's taint of that effect, or those of all effects. */
export function removeTaint(node: NodeObject, key: string, effect?: Taint["effect"]): void {
  const kept = (node.spec.taints ?? []).filter(
    (taint) => taint.key !== key || (effect !== undefined && taint.effect !== effect),
  );
  if (kept.length > 0) node.spec.taints = kept;
  else delete node.spec.taints;
}
