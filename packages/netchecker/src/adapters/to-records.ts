import { isIP } from "node:net";
import type { PodRecord, ServiceRecord } from "../core/cluster-view.ts";
import { leavingTaint, type Taint } from "../core/leaving-taints.ts";
import { placeLabels } from "../core/node-places.ts";
import {
  type KnownNode,
  type RememberedNode,
  rememberNode,
  type ToldReadiness,
} from "../core/remember-node.ts";
import { happenedAt, type Sighting } from "../core/sighting.ts";

/** The parts of Kubernetes' objects that netChecker reads; nothing in an answer is taken for granted. */
interface Metadata {
  readonly name?: string;
  readonly uid?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
}

interface Condition {
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

interface ContainerStatus {
  readonly restartCount?: number;
  readonly state?: {
    readonly running?: { readonly startedAt?: string };
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: {
      readonly reason?: string;
      readonly exitCode?: number;
      readonly startedAt?: string;
    };
  };
}

export interface KubernetesObject {
  readonly metadata?: Metadata & { readonly resourceVersion?: string };
}

interface KubernetesNode extends KubernetesObject {
  readonly spec?: { readonly unschedulable?: boolean; readonly taints?: readonly Taint[] };
  readonly status?: {
    readonly addresses?: readonly { readonly type?: string; readonly address?: string }[];
    readonly conditions?: readonly Condition[];
    readonly nodeInfo?: {
      readonly bootID?: string;
      readonly kernelVersion?: string;
      readonly kubeletVersion?: string;
    };
  };
}

interface KubernetesPod extends KubernetesObject {
  readonly spec?: {
    readonly nodeName?: string;
    readonly affinity?: {
      readonly nodeAffinity?: {
        readonly requiredDuringSchedulingIgnoredDuringExecution?: {
          readonly nodeSelectorTerms?: readonly {
            readonly matchFields?: readonly {
              readonly key?: string;
              readonly values?: readonly string[];
            }[];
          }[];
        };
      };
    };
  };
  readonly status?: {
    readonly reason?: string;
    readonly message?: string;
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly podIP?: string;
    readonly podIPs?: readonly { readonly ip?: string }[];
    readonly conditions?: readonly Condition[];
  };
}

interface KubernetesService extends KubernetesObject {
  readonly spec?: {
    readonly clusterIP?: string;
    readonly clusterIPs?: readonly string[];
    readonly ports?: readonly {
      readonly port?: number;
      readonly nodePort?: number;
      readonly protocol?: string;
    }[];
  };
}

/** Null for an object that has no name, and for a node that cannot run an agent. */
export function toNodeRecord(
  object: KubernetesObject,
  previous: KnownNode | null,
  seen: Sighting,
): RememberedNode | null {
  const { metadata, spec, status } = object as KubernetesNode;
  if (!metadata?.name || !runsAgents(metadata.labels)) return null;
  const addressesOf = (type: string) =>
    onlyIPs(status?.addresses?.map((each) => (each.type === type ? each.address : undefined)));
  const internal = addressesOf("InternalIP");
  const readiness = readinessOf(status?.conditions);
  const told = { uid: metadata.uid ?? "", createdAt: timeOf(metadata), readiness };
  return {
    name: metadata.name,
    uid: told.uid,
    addresses: internal.length > 0 ? internal : addressesOf("ExternalIP"),
    ready: readiness?.status === "True",
    transitionAt: readiness?.transitionAt ?? 0,
    ...rememberNode(told, previous, seen),
    leaving: leavingTaint(spec?.taints),
    cordoned: spec?.unschedulable === true,
    deleting: metadata.deletionTimestamp !== undefined,
    labels: placeLabels(metadata.labels ?? {}),
    bootId: status?.nodeInfo?.bootID ?? "",
    kernelVersion: status?.nodeInfo?.kernelVersion ?? "",
    kubeletVersion: status?.nodeInfo?.kubeletVersion ?? "",
  };
}

/** ping and pong are Linux containers of DaemonSets, which virtual nodes (virtual-kubelet, Fargate) do not run. */
function runsAgents(labels: Metadata["labels"] = {}): boolean {
  const virtual =
    labels["type"] === "virtual-kubelet" || labels["eks.amazonaws.com/compute-type"] === "fargate";
  return (labels["kubernetes.io/os"] ?? "linux") === "linux" && !virtual;
}

/** Null for an object that has no name, or whose `name` label is neither ping nor pong. */
export function toPodRecord(
  object: KubernetesObject,
  previous: PodRecord | null,
  seen: Sighting,
): PodRecord | null {
  const { metadata, spec, status } = object as KubernetesPod;
  const app = metadata?.labels?.["name"];
  if (!metadata?.name || (app !== "ping" && app !== "pong")) return null;
  return {
    name: metadata.name,
    app,
    node: spec?.nodeName || intendedNode(spec),
    ips: onlyIPs([status?.podIP, ...(status?.podIPs?.map(({ ip }) => ip) ?? [])]),
    ready: isReady(status?.conditions),
    terminating: metadata.deletionTimestamp !== undefined,
    everReady: previous?.everReady === true || wasReady(status),
    problem: problemOf(status),
    createdAt: previous?.createdAt ?? happenedAt(timeOf(metadata), seen),
  };
}

/** Null for an object that has no name. A headless service has no ClusterIP. */
export function toServiceRecord(object: KubernetesObject): ServiceRecord | null {
  const { metadata, spec } = object as KubernetesService;
  if (!metadata?.name) return null;
  return {
    name: metadata.name,
    uid: metadata.uid ?? "",
    clusterIPs: onlyIPs([spec?.clusterIP, ...(spec?.clusterIPs ?? [])]),
    ports:
      spec?.ports?.flatMap(({ port, nodePort, protocol }) =>
        port && (protocol ?? "TCP") === "TCP" ? [{ port, nodePort: nodePort || null }] : [],
      ) ?? [],
  };
}

/** Where a DaemonSet's pod belongs that is not scheduled yet: its controller writes it into the affinity. */
function intendedNode(spec: KubernetesPod["spec"]): string | null {
  const terms =
    spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const fields = terms?.flatMap(({ matchFields }) => matchFields ?? []);
  return fields?.find(({ key }) => key === "metadata.name")?.values?.[0] ?? null;
}

/**
 * Kubernetes does not say whether a pod was ever ready. But readiness that went away did so after the
 * container had started, and a container that was started again had been up.
 */
function wasReady(status: KubernetesPod["status"]): boolean {
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  if (ready?.status === "True") return true;
  const lostAt = Date.parse(ready?.lastTransitionTime ?? "");
  return (
    status?.containerStatuses?.some(
      ({ restartCount = 0, state }) =>
        restartCount > 0 ||
        lostAt > Date.parse(state?.running?.startedAt ?? state?.terminated?.startedAt ?? ""),
    ) ?? false
  );
}

/** What is on the way of every start is no problem. */
const ON_ITS_WAY = new Set(["ContainerCreating", "PodInitializing"]);
const MOST_CHARACTERS = 300;

function problemOf(status: KubernetesPod["status"]): string | null {
  const told = (reason: string | undefined, message: string | undefined) =>
    [reason, message].filter(Boolean).join(": ").slice(0, MOST_CHARACTERS) || null;
  if (status?.reason) return told(status.reason, status.message);
  const unscheduled = status?.conditions?.find(
    (condition) => condition.type === "PodScheduled" && condition.status === "False",
  );
  if (unscheduled) return told(unscheduled.reason, unscheduled.message);
  for (const { state } of status?.containerStatuses ?? []) {
    const { waiting, terminated } = state ?? {};
    if (waiting?.reason && !ON_ITS_WAY.has(waiting.reason))
      return told(waiting.reason, waiting.message);
    if (terminated) return told(terminated.reason, `exit code ${terminated.exitCode}`);
  }
  return null;
}

function timeOf({ creationTimestamp }: Metadata): number {
  return Date.parse(creationTimestamp ?? "") || 0;
}

/** Null until somebody has written a Ready condition. Any other status than True and False is unknown. */
function readinessOf(conditions: readonly Condition[] | undefined): ToldReadiness | null {
  const ready = conditions?.find(({ type }) => type === "Ready");
  if (!ready) return null;
  return {
    status: ready.status === "True" || ready.status === "False" ? ready.status : "Unknown",
    transitionAt: Date.parse(ready.lastTransitionTime ?? "") || 0,
    reason: ready.reason ?? "",
    message: ready.message ?? "",
  };
}

function isReady(conditions: readonly Condition[] | undefined): boolean {
  return conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

/** Empty and malformed addresses are never dialled: they do not even enter the view. */
function onlyIPs(addresses: readonly (string | undefined)[] | undefined): string[] {
  return [...new Set(addresses?.filter((ip) => ip !== undefined && isIP(ip) !== 0))] as string[];
}
