import { isIP } from "node:net";
import type { NodeRecord, PodRecord, ServiceRecord } from "../core/cluster-view.ts";

/** The parts of Kubernetes' objects that netChecker reads; nothing in an answer is taken for granted. */
interface Metadata {
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
}

interface Condition {
  readonly type?: string;
  readonly status?: string;
}

export interface KubernetesObject {
  readonly metadata?: Metadata & { readonly resourceVersion?: string };
}

interface KubernetesNode extends KubernetesObject {
  readonly spec?: { readonly unschedulable?: boolean };
  readonly status?: {
    readonly addresses?: readonly { readonly type?: string; readonly address?: string }[];
    readonly conditions?: readonly Condition[];
  };
}

interface KubernetesPod extends KubernetesObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
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

/** Null for an object that has no name. */
export function toNodeRecord(object: KubernetesObject): NodeRecord | null {
  const { metadata, spec, status } = object as KubernetesNode;
  if (!metadata?.name) return null;
  const addressesOf = (type: string) =>
    onlyIPs(status?.addresses?.map((each) => (each.type === type ? each.address : undefined)));
  const internal = addressesOf("InternalIP");
  return {
    name: metadata.name,
    addresses: internal.length > 0 ? internal : addressesOf("ExternalIP"),
    ready: isReady(status?.conditions),
    cordoned: spec?.unschedulable === true,
    deleting: metadata.deletionTimestamp !== undefined,
  };
}

/** Null for an object that has no name, or whose `name` label is neither ping nor pong. */
export function toPodRecord(object: KubernetesObject): PodRecord | null {
  const { metadata, spec, status } = object as KubernetesPod;
  const app = metadata?.labels?.["name"];
  if (!metadata?.name || (app !== "ping" && app !== "pong")) return null;
  return {
    name: metadata.name,
    app,
    node: spec?.nodeName || null,
    ips: onlyIPs([status?.podIP, ...(status?.podIPs?.map(({ ip }) => ip) ?? [])]),
    ready: isReady(status?.conditions),
    terminating: metadata.deletionTimestamp !== undefined,
    createdAt: Date.parse(metadata.creationTimestamp ?? "") || 0,
  };
}

/** Null for an object that has no name. A headless service has no ClusterIP. */
export function toServiceRecord(object: KubernetesObject): ServiceRecord | null {
  const { metadata, spec } = object as KubernetesService;
  if (!metadata?.name) return null;
  return {
    name: metadata.name,
    clusterIPs: onlyIPs([spec?.clusterIP, ...(spec?.clusterIPs ?? [])]),
    ports:
      spec?.ports?.flatMap(({ port, nodePort, protocol }) =>
        port && (protocol ?? "TCP") === "TCP" ? [{ port, nodePort: nodePort || null }] : [],
      ) ?? [],
  };
}

function isReady(conditions: readonly Condition[] | undefined): boolean {
  return conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

/** Empty and malformed addresses are never dialled: they do not even enter the view. */
function onlyIPs(addresses: readonly (string | undefined)[] | undefined): string[] {
  return [...new Set(addresses?.filter((ip) => ip !== undefined && isIP(ip) !== 0))] as string[];
}
