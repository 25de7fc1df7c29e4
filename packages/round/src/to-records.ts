// `isIP` looks at a text and opens no socket, so this stays pure.
// oxlint-disable-next-line no-restricted-imports
import { isIP } from "node:net";
import type { PodRecord, ServiceRecord } from "./cluster-view.ts";
import { leavingTaint } from "./leaving-taints.ts";
import { placeLabels } from "./node-places.ts";
import {
  type KnownNode,
  type RememberedNode,
  rememberNode,
  type ToldReadiness,
} from "./remember-node.ts";
import { happenedAt, type Sighting } from "./sighting.ts";
import {
  type Condition,
  type KubernetesPod,
  type Metadata,
  readNode,
  readPod,
  readService,
} from "./kubernetes-objects.ts";

/** Bounds for what a record keeps of an object. The rest is cut off. */
const MAX_ADDRESSES = 16;
const MAX_PORTS = 64;
const MAX_WORD_CHARS = 100;

const word = (text: string | null | undefined) => (text ?? "").slice(0, MAX_WORD_CHARS);

/** Returns null for a node that cannot run an agent. Throws an UnreadableObjectError. */
export function toNodeRecord(
  object: unknown,
  previous: KnownNode | null,
  seen: Sighting,
): RememberedNode | null {
  const { metadata, spec, status } = readNode(object);
  if (!runsAgents(metadata.labels)) return null;
  const addressesOf = (type: string) =>
    onlyIPs(status?.addresses?.map((each) => (each.type === type ? each.address : null)));
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
    deleting: isSet(metadata.deletionTimestamp),
    labels: placeLabels(metadata.labels ?? {}),
    bootId: word(status?.nodeInfo?.bootID),
    kernelVersion: word(status?.nodeInfo?.kernelVersion),
    kubeletVersion: word(status?.nodeInfo?.kubeletVersion),
  };
}

/**
 * ping and pong are Linux containers in DaemonSets. Virtual nodes (virtual-kubelet, Fargate) do not run DaemonSets.
 */
function runsAgents(labels: Metadata["labels"]): boolean {
  const virtual =
    labels?.["type"] === "virtual-kubelet" ||
    labels?.["eks.amazonaws.com/compute-type"] === "fargate";
  return (labels?.["kubernetes.io/os"] ?? "linux") === "linux" && !virtual;
}

/** Returns null for a pod whose `name` label is neither ping nor pong. Throws an UnreadableObjectError. */
export function toPodRecord(
  object: unknown,
  previous: PodRecord | null,
  seen: Sighting,
): PodRecord | null {
  const { metadata, spec, status } = readPod(object);
  const app = metadata.labels?.["name"];
  if (app !== "ping" && app !== "pong") return null;
  return {
    name: metadata.name,
    app,
    node: spec?.nodeName || intendedNode(spec),
    ips: onlyIPs([status?.podIP, ...(status?.podIPs?.map(({ ip }) => ip) ?? [])]),
    ready: isReady(status?.conditions),
    terminating: isSet(metadata.deletionTimestamp),
    everReady: previous?.everReady === true || wasReady(status),
    problem: problemOf(status),
    createdAt: previous?.createdAt ?? happenedAt(timeOf(metadata), seen),
  };
}

/** Throws an UnreadableObjectError. */
export function toServiceRecord(object: unknown): ServiceRecord {
  const { metadata, spec } = readService(object);
  return {
    name: metadata.name,
    uid: metadata.uid ?? "",
    clusterIPs: onlyIPs([spec?.clusterIP, ...(spec?.clusterIPs ?? [])]),
    ports: (spec?.ports ?? [])
      .flatMap(({ port, nodePort, protocol }) =>
        port && (protocol ?? "TCP") === "TCP" ? [{ port, nodePort: nodePort || null }] : [],
      )
      .slice(0, MAX_PORTS),
  };
}

/** The node for which the DaemonSet controller made a pod that is not scheduled yet: it is in the pod's affinity. */
function intendedNode(spec: KubernetesPod["spec"]): string | null {
  const terms =
    spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const fields = terms?.flatMap(({ matchFields }) => matchFields ?? []);
  return fields?.find(({ key }) => key === "metadata.name")?.values?.[0] ?? null;
}

/**
 * Kubernetes does not say whether a pod was ever ready. But it was if readiness changed after the container
 * had started, or if the container was started again.
 */
function wasReady(status: KubernetesPod["status"]): boolean {
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  if (ready?.status === "True") return true;
  const lostAt = Date.parse(ready?.lastTransitionTime ?? "");
  return (
    status?.containerStatuses?.some(
      ({ restartCount, state }) =>
        (restartCount ?? 0) > 0 ||
        lostAt > Date.parse(state?.running?.startedAt ?? state?.terminated?.startedAt ?? ""),
    ) ?? false
  );
}

/** Every pod passes through these states when it starts. */
const STARTING_REASONS = new Set(["ContainerCreating", "PodInitializing"]);
const MAX_PROBLEM_CHARS = 300;

function problemOf(status: KubernetesPod["status"]): string | null {
  const told = (reason: string | null | undefined, message: string | null | undefined) =>
    [reason, message].filter(Boolean).join(": ").slice(0, MAX_PROBLEM_CHARS) || null;
  if (status?.reason) return told(status.reason, status.message);
  const unscheduled = status?.conditions?.find(
    (condition) => condition.type === "PodScheduled" && condition.status === "False",
  );
  if (unscheduled) return told(unscheduled.reason, unscheduled.message);
  for (const { state } of status?.containerStatuses ?? []) {
    const { waiting, terminated } = state ?? {};
    if (waiting?.reason && !STARTING_REASONS.has(waiting.reason))
      return told(waiting.reason, waiting.message);
    if (terminated) return told(terminated.reason, `exit code ${terminated.exitCode}`);
  }
  return null;
}

function timeOf({ creationTimestamp }: Metadata): number {
  return Date.parse(creationTimestamp ?? "") || 0;
}

/** Null if the node has no Ready condition yet. Any status other than True and False counts as Unknown. */
function readinessOf(conditions: Conditions): ToldReadiness | null {
  const ready = conditions?.find(({ type }) => type === "Ready");
  if (!ready) return null;
  return {
    status: ready.status === "True" || ready.status === "False" ? ready.status : "Unknown",
    transitionAt: Date.parse(ready.lastTransitionTime ?? "") || 0,
    reason: word(ready.reason),
    message: ready.message ?? "",
  };
}

type Conditions = readonly Condition[] | null | undefined;

function isReady(conditions: Conditions): boolean {
  return conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

/** Kubernetes sets a time when something has happened, such as a deletion. */
const isSet = (time: string | null | undefined) => time !== undefined && time !== null;

/** Empty and malformed addresses do not enter the view, so nobody dials them. */
function onlyIPs(addresses: readonly (string | null | undefined)[] | undefined): string[] {
  const ips = addresses?.flatMap((ip) => (ip && isIP(ip) !== 0 ? ip : []));
  return [...new Set(ips)].slice(0, MAX_ADDRESSES);
}
