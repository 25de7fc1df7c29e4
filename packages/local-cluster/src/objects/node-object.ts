import { kubeTime, type KubeObject } from "../api-server/kube-object.ts";

interface Taint {
  key: string;
  effect: "NoSchedule" | "NoExecute";
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
    [field: string]: unknown;
  };
}

/** A ready node as its API server describes it; with an IPv6 address too, one of a dual-stack cluster. */
export function nodeObject(
  name: string,
  ip: string,
  kubeletPort: number,
  ipv6?: string,
): NodeObject {
  const now = kubeTime();
  const podCIDR = `${ip.split(".").slice(0, 3).join(".")}.0/24`;
  const size = { cpu: "4", "ephemeral-storage": "50Gi", memory: "8Gi", pods: "110" };
  const condition = (
    type: string,
    status: "True" | "False",
    reason: string,
    message: string,
  ): NodeCondition => ({
    type,
    status,
    lastHeartbeatTime: now,
    lastTransitionTime: now,
    reason,
    message,
  });
  return {
    metadata: {
      name,
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
      conditions: [
        condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
        condition(
          "MemoryPressure",
          "False",
          "KubeletHasSufficientMemory",
          "kubelet has sufficient memory available",
        ),
        condition(
          "DiskPressure",
          "False",
          "KubeletHasNoDiskPressure",
          "kubelet has no disk pressure",
        ),
        condition(
          "PIDPressure",
          "False",
          "KubeletHasSufficientPID",
          "kubelet has sufficient PID available",
        ),
      ],
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

const CORDON_TAINT = "node.kubernetes.io/unschedulable";
const NOT_READY_TAINT = "node.kubernetes.io/not-ready";

/** `kubectl cordon`: the spec. The taint follows from the node controller, as a change of its own. */
export function cordon(node: NodeObject): void {
  node.spec.unschedulable = true;
}

export function uncordon(node: NodeObject): void {
  delete node.spec.unschedulable;
}

/** What the node controller does with the taints when a node's spec or readiness has changed. */
export function taintByState(node: NodeObject): void {
  const ready = node.status.conditions.find(({ type }) => type === "Ready")?.status === "True";
  const timeAdded = kubeTime();
  const taints: Taint[] = [];
  if (node.spec.unschedulable) taints.push({ key: CORDON_TAINT, effect: "NoSchedule", timeAdded });
  if (!ready)
    taints.push(
      { key: NOT_READY_TAINT, effect: "NoSchedule", timeAdded },
      { key: NOT_READY_TAINT, effect: "NoExecute", timeAdded },
    );
  if (taints.length > 0) node.spec.taints = taints;
  else delete node.spec.taints;
}

/** The kubelet's own word on whether the node is ready. */
export function setNodeReady(node: NodeObject, ready: boolean): void {
  const now = kubeTime();
  const condition = node.status.conditions.find(({ type }) => type === "Ready")!;
  Object.assign(condition, {
    status: ready ? "True" : "False",
    lastHeartbeatTime: now,
    lastTransitionTime: now,
    reason: ready ? "KubeletReady" : "KubeletNotReady",
    message: ready
      ? "kubelet is posting ready status"
      : "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized",
  });
}
