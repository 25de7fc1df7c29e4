/** What netchecker remembers of a node: a small record, not the object of many kilobytes. */
export interface NodeRecord {
  readonly name: string;
  /** Internal IPs of every family; external ones where a node has no other. */
  readonly addresses: readonly string[];
  readonly ready: boolean;
  readonly readiness: NodeReadiness;
  /** Whether it is, or was, Ready: one that has never been is starting. */
  readonly everReady: boolean;
  /** When this watch saw it become Ready again, within the last hour; the newest last. Milliseconds since 1970, by netchecker's clock. */
  readonly returns: readonly number[];
  /** Since when its kubelet has been shutting it down in good order, until it is Ready again; null where it does not. */
  readonly shutdownSince: number | null;
  /** The taint by which somebody said that it is being taken away; null where nobody did. */
  readonly leaving: string | null;
  readonly cordoned: boolean;
  readonly deleting: boolean;
  /** Milliseconds since 1970, by netchecker's clock. */
  readonly createdAt: number;
  /** Those that tell where it stands: zone, region, node pool, role, instance type. */
  readonly labels: Readonly<Record<string, string>>;
  /** Another one after each boot; empty where Kubernetes does not say, as are the versions. */
  readonly bootId: string;
  readonly kernelVersion: string;
  readonly kubeletVersion: string;
}

/** What Kubernetes says of a node's readiness: evidence, never a plan. */
export interface NodeReadiness {
  /** Unknown: the kubelet has not been heard of. */
  readonly status: "True" | "False" | "Unknown";
  /** Milliseconds since 1970, by netchecker's clock; 0 where Kubernetes does not say. */
  readonly since: number;
  /** In the kubelet's or the node controller's words; empty where they say nothing. */
  readonly reason: string;
  readonly message: string;
}

/** What netchecker remembers of a ping or pong pod. */
export interface PodRecord {
  readonly name: string;
  readonly app: "ping" | "pong";
  /** Null until it is scheduled. */
  readonly node: string | null;
  /** One an IP family; empty until it has one. */
  readonly ips: readonly string[];
  readonly ready: boolean;
  readonly terminating: boolean;
  /** Whether it is, or was, ready: one that is not yet is starting, one that no longer is has a fault. */
  readonly everReady: boolean;
  /** Why it does not run, in Kubernetes' words, such as `ImagePullBackOff: …`; null where nothing is wrong. */
  readonly problem: string | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** What netchecker remembers of the pong service. */
export interface ServiceRecord {
  readonly name: string;
  /** Another one in each cluster; empty where Kubernetes does not say. */
  readonly uid: string;
  readonly clusterIPs: readonly string[];
  readonly ports: readonly { readonly port: number; readonly nodePort: number | null }[];
}

/** The cluster as the watch knows it. */
export interface ClusterView {
  readonly nodes: readonly NodeRecord[];
  readonly pods: readonly PodRecord[];
  /** Null where there is no pong service. */
  readonly service: ServiceRecord | null;
  /** When it was looked at, milliseconds since 1970. */
  readonly at: number;
  /** Since when some part of the view is not kept up to date, milliseconds since 1970; null while all is. */
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
