/** What netchecker remembers of a node: a small record instead of Kubernetes' object of many kilobytes. */
export interface NodeRecord {
  readonly name: string;
  /** Internal IPs of every family. If a node has none, its external IPs. */
  readonly addresses: readonly string[];
  readonly ready: boolean;
  readonly readiness: NodeReadiness;
  /** Whether the node is or was Ready. A node that was never Ready is starting. */
  readonly everReady: boolean;
  /**
   * When the watch saw the node become Ready again in the last hour, newest last. Milliseconds since 1970, by
   * netchecker's clock.
   */
  readonly returns: readonly number[];
  /** When the kubelet began an orderly shutdown of the node. Null if it did not, and once the node is Ready again. */
  readonly shutdownSince: number | null;
  /** The taint by which somebody announced that the node will be taken away, or null. */
  readonly leaving: string | null;
  readonly cordoned: boolean;
  readonly deleting: boolean;
  /** Milliseconds since 1970, by netchecker's clock. */
  readonly createdAt: number;
  /** Only the labels that say where the node stands and what it is: zone, region, node pool, role, instance type. */
  readonly labels: Readonly<Record<string, string>>;
  /** Changes with each boot. Empty if Kubernetes does not say, like the versions below. */
  readonly bootId: string;
  readonly kernelVersion: string;
  readonly kubeletVersion: string;
}

/** What Kubernetes says of a node's readiness: evidence, never a plan. */
export interface NodeReadiness {
  /** `Unknown` means that the node controller no longer hears from the kubelet. */
  readonly status: "True" | "False" | "Unknown";
  /** Milliseconds since 1970, by netchecker's clock; 0 if Kubernetes does not say. */
  readonly since: number;
  /** As the kubelet or the node controller wrote it; may be empty. */
  readonly reason: string;
  readonly message: string;
}

/** What netchecker remembers of a ping or pong pod. */
export interface PodRecord {
  readonly name: string;
  readonly app: "ping" | "pong";
  /** Null until it is scheduled. */
  readonly node: string | null;
  /** One per IP family; empty until the pod has an address. */
  readonly ips: readonly string[];
  readonly ready: boolean;
  readonly terminating: boolean;
  /** Whether the pod is or was ready. A pod that was never ready is starting; one that lost readiness has a fault. */
  readonly everReady: boolean;
  /** Why the pod does not run, in Kubernetes' words, such as `ImagePullBackOff: …`; null if nothing is wrong. */
  readonly problem: string | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** What netchecker remembers of the pong service. */
export interface ServiceRecord {
  readonly name: string;
  /** Differs between clusters; empty if Kubernetes does not say. */
  readonly uid: string;
  readonly clusterIPs: readonly string[];
  readonly ports: readonly { readonly port: number; readonly nodePort: number | null }[];
}

/** The cluster as the watch knows it. */
export interface ClusterView {
  readonly nodes: readonly NodeRecord[];
  readonly pods: readonly PodRecord[];
  /** Null if there is no pong service. */
  readonly service: ServiceRecord | null;
  /** The time of this view, milliseconds since 1970. */
  readonly at: number;
  /** Since when a part of the view is out of date, milliseconds since 1970; null while all of it is current. */
  readonly staleSince: number | null;
}

export type IpFamily = 4 | 6;

export function familyOf(ip: string): IpFamily {
  return ip.includes(":") ? 6 : 4;
}

/** `ip:port`, or `[ip]:port` for IPv6. */
export function endpoint(ip: string, port: number): string {
  return familyOf(ip) === 6 ? `[${ip}]:${port}` : `${ip}:${port}`;
}
