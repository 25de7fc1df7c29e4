import { randomBytes, randomInt } from "node:crypto";
import { kubeTime, type KubeObject } from "../api-server/kube-object.ts";

/** The two DaemonSets of which each node runs a pod. */
export type Workload = "ping" | "pong";

interface PodCondition {
  type: string;
  status: "True" | "False";
  lastProbeTime: null;
  lastTransitionTime: string;
  reason?: string;
  message?: string;
}

interface ContainerState {
  waiting?: { reason: string; message?: string };
  running?: { startedAt: string };
  terminated?: {
    exitCode: number;
    signal?: number;
    reason: string;
    startedAt: string;
    finishedAt: string;
  };
}

export interface PodObject extends KubeObject {
  spec: {
    nodeName?: string;
    containers: { name: string; image: string }[];
    [field: string]: unknown;
  };
  status: {
    phase: "Pending" | "Running" | "Failed";
    reason?: string;
    message?: string;
    conditions?: PodCondition[];
    hostIP?: string;
    hostIPs?: { ip: string }[];
    podIP?: string;
    podIPs?: { ip: string }[];
    startTime?: string;
    containerStatuses?: {
      name: string;
      state: ContainerState;
      lastState: ContainerState;
      ready: boolean;
      restartCount: number;
      image: string;
      imageID: string;
      containerID?: string;
      started: boolean;
    }[];
    qosClass: string;
  };
}

// The letters and digits that Kubernetes draws name suffixes from.
const SUFFIX = "bcdfghjklmnpqrstvwxz2456789";
const drawSuffix = () => Array.from({ length: 5 }, () => SUFFIX[randomInt(SUFFIX.length)]).join("");

/** Of 2,000 pods two would often draw the same; like the API server, it draws again. */
const given = new Set<string>();
function suffix(): string {
  let drawn = drawSuffix();
  while (given.has(drawn)) drawn = drawSuffix();
  given.add(drawn);
  return drawn;
}

const uid = () => {
  const hex = randomBytes(16).toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
};
const DAEMON_SET_UIDS = { ping: uid(), pong: uid() };

/** A pod that its DaemonSet has just created: pending, on no node, without an address. */
export function podObject(workload: Workload, namespace: string, node: string): PodObject {
  return {
    metadata: {
      name: `${workload}-${suffix()}`,
      generateName: `${workload}-`,
      namespace,
      generation: 1,
      labels: {
        "controller-revision-hash": "895db4b9f",
        name: workload,
        "pod-template-generation": "1",
        type: workload,
      },
      ownerReferences: [
        {
          apiVersion: "apps/v1",
          kind: "DaemonSet",
          name: workload,
          uid: DAEMON_SET_UIDS[workload],
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      containers: [container(workload)],
      restartPolicy: "Always",
      terminationGracePeriodSeconds: 30,
      dnsPolicy: "ClusterFirst",
      serviceAccountName: "default",
      serviceAccount: "default",
      securityContext: {},
      affinity: pinnedTo(node),
      schedulerName: "default-scheduler",
      tolerations: [{ operator: "Exists" }],
      priority: 0,
      enableServiceLinks: true,
      preemptionPolicy: "PreemptLowerPriority",
    },
    status: { phase: "Pending", qosClass: "BestEffort" },
  };
}

const container = (workload: Workload) => ({
  name: workload,
  image: `netchecker-${workload}:local`,
  ports: [{ name: "http", containerPort: 8080, protocol: "TCP" }],
  resources: {},
  terminationMessagePath: "/dev/termination-log",
  terminationMessagePolicy: "File",
  imagePullPolicy: "IfNotPresent",
});

const pinnedTo = (node: string) => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [
        { matchFields: [{ key: "metadata.name", operator: "In", values: [node] }] },
      ],
    },
  },
});

/** What the scheduler writes. */
export function schedule(pod: PodObject, node: string): void {
  pod.spec.nodeName = node;
  setCondition(pod, "PodScheduled", true);
}

/** What the kubelet writes once the container runs: addresses, IPv6 ones where it has some, and that it is not ready yet. */
export function run(
  pod: PodObject,
  ip: string,
  hostIp: string,
  ipv6?: { readonly pod: string; readonly host: string },
): void {
  const now = kubeTime();
  const { name, image } = pod.spec.containers[0]!;
  delete pod.status.reason;
  delete pod.status.message;
  Object.assign(pod.status, {
    phase: "Running",
    hostIP: hostIp,
    hostIPs: [{ ip: hostIp }, ...(ipv6 ? [{ ip: ipv6.host }] : [])],
    podIP: ip,
    podIPs: [{ ip }, ...(ipv6 ? [{ ip: ipv6.pod }] : [])],
    startTime: pod.status.startTime ?? now,
  });
  setCondition(pod, "Initialized", true);
  setCondition(pod, "PodReadyToStartContainers", true);
  const before = pod.status.containerStatuses?.[0];
  pod.status.containerStatuses = [
    {
      name,
      state: { running: { startedAt: now } },
      lastState: before?.lastState ?? {},
      ready: false,
      restartCount: before ? before.restartCount + 1 : 0,
      image,
      imageID: `local://${image}`,
      containerID: `containerd://${randomBytes(32).toString("hex")}`,
      started: true,
    },
  ];
  setReady(pod, false);
}

/** What the kubelet writes when a readiness probe changes its mind. */
export function setReady(pod: PodObject, ready: boolean): void {
  const status = pod.status.containerStatuses?.[0];
  if (status) status.ready = ready;
  setCondition(pod, "ContainersReady", ready);
  setCondition(pod, "Ready", ready);
}

/**
 * What the node controller writes of a pod whose node has fallen silent: that it is not ready, and nothing else
 * (kubernetes/kubernetes: MarkPodsNotReady in pkg/controller/util/node).
 */
export function markNotReady(pod: PodObject): void {
  const ready = pod.status.conditions?.find(({ type }) => type === "Ready");
  if (ready?.status !== "True") return;
  ready.status = "False";
  ready.lastTransitionTime = kubeTime();
}

/** What the kubelet writes of a pod that it ends because its node shuts down in good order. */
export function endByShutdown(pod: PodObject): void {
  crash(pod, 0);
  const status = pod.status.containerStatuses?.[0];
  if (status) {
    status.state = { terminated: status.lastState.terminated! };
    status.lastState = {};
  }
  Object.assign(pod.status, {
    phase: "Failed",
    reason: "Terminated",
    message: "Pod was terminated in response to imminent node shutdown.",
  });
}

/** What the kubelet writes when the container's process has ended and it waits before the next try. */
export function crash(pod: PodObject, exitCode: number): void {
  const now = kubeTime();
  const status = pod.status.containerStatuses?.[0];
  if (!status) return;
  status.lastState = {
    terminated: {
      exitCode,
      reason: exitCode === 0 ? "Completed" : "Error",
      startedAt: status.state.running?.startedAt ?? now,
      finishedAt: now,
    },
  };
  status.state = {
    waiting: {
      reason: "CrashLoopBackOff",
      message: `back-off 10s restarting failed container=${status.name} pod=${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`,
    },
  };
  status.started = false;
  setReady(pod, false);
}

/** What the API server writes when a running pod is deleted: it stays as it is until its grace period ends. */
export function terminate(pod: PodObject, graceSeconds = 30): void {
  pod.metadata.generation = 2;
  pod.metadata.deletionTimestamp = kubeTime(new Date(Date.now() + graceSeconds * 1000));
  pod.metadata.deletionGracePeriodSeconds = graceSeconds;
}

export function isReady(pod: PodObject): boolean {
  const ready = pod.status.conditions?.find(({ type }) => type === "Ready");
  return ready?.status === "True";
}

function setCondition(pod: PodObject, type: string, holds: boolean): void {
  const conditions = (pod.status.conditions ??= []);
  const found = conditions.find((condition) => condition.type === type);
  const status = holds ? "True" : "False";
  if (found?.status === status) return;
  const unready = `containers with unready status: [${pod.spec.containers[0]!.name}]`;
  const condition: PodCondition = {
    type,
    status,
    lastProbeTime: null,
    lastTransitionTime: kubeTime(),
    ...(!holds && { reason: "ContainersNotReady", message: unready }),
  };
  if (found) conditions.splice(conditions.indexOf(found), 1, condition);
  else conditions.push(condition);
}
