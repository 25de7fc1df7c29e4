import { type Cluster, outsideOf } from "./cluster.ts";
import type { Rule } from "./packet.ts";

/** A pong process: what whoever reaches its address meets. */
export type PongState =
  | { readonly is: "alive" }
  | { readonly is: "dead" }
  /** Nobody has its address any more. */
  | { readonly is: "absent" }
  /** The kernel accepts until its backlog is full, and nothing is ever answered. */
  | { readonly is: "hung"; readonly backlogFull: number }
  /** Answers late, or turns bodies away with 503, each for a share of its requests. */
  | { readonly is: "overloaded"; readonly late: number; readonly busy: number }
  | { readonly is: "failing"; readonly status: number }
  /** Something that is not pong holds its port. */
  | { readonly is: "foreign" }
  /** Goes away while the round is open: already gone for a share of those who ask. */
  | { readonly is: "leaving"; readonly gone: number };

export type AgentState =
  | { readonly is: "alive" }
  /** Probes nothing and reports nothing. */
  | { readonly is: "dead" }
  /** Its report of these types arrives, then nothing more. */
  | { readonly is: "breaks-off" }
  | { readonly is: "starved"; readonly slowdown: number }
  | { readonly is: "exhausted"; readonly share: number; readonly code: string };

/** How a node's kube-proxy serves ClusterIPs, or its NodePorts. */
export type ProxyState = "works" | "drops" | "refuses" | "no-route";

export type DnsState = "works" | "dead" | "refuses" | "servfail" | "nxdomain" | "wrong";

export type ExternalState =
  | "works"
  | "silent"
  | "refuses"
  | "status"
  /** The name is gone. */
  | "no-name"
  /** The cluster's name servers have nobody to ask for it. */
  | "no-upstream";

/** An address behind the service; `node` is null where no pod has it any more. */
export interface Backend {
  readonly node: number | null;
}

/** Everything that decides how a probe ends. Causes change it; probing reads it. */
export interface World {
  readonly cluster: Cluster;
  readonly rules: Rule[];
  /** By node. */
  readonly down: Uint8Array;
  /** Whether the neighbours' kernel (ARP) tells that a node is gone, instead of silence. */
  readonly arpTells: Uint8Array;
  /** Goes away while the round is open: gone for this share of probes. */
  readonly leaving: Float64Array;
  /** Its pods' interfaces are dead: they neither send nor receive, not even on the node. */
  readonly detached: Uint8Array;
  readonly pongs: PongState[];
  /** Pong pods by name, where a node's pods are not all alike: one comes, another one goes. */
  readonly podStates: ReadonlyMap<string, PongState & { readonly node: number }>;
  /** Whether the kubelet listens. */
  readonly kubelets: Uint8Array;
  /** The node's pong is behind the service, as kube-proxy knows it. */
  readonly listed: Uint8Array;
  readonly agents: AgentState[];
  readonly clusterIps: ProxyState[];
  readonly nodePorts: ProxyState[];
  /** A node whose kube-proxy stopped following: its rules know these backends only. */
  readonly staleBackends: Map<number, readonly Backend[]>;
  /** Addresses without a pod that are still behind the service. */
  backendsGone: number;
  /** The node's own way of asking for names: resolv.conf, a node-local cache. */
  readonly resolvers: DnsState[];
  /** Behind the DNS ClusterIP, in the order of the cluster's `dnsNodes`. */
  readonly dnsServers: DnsState[];
  readonly externals: ExternalState[];
  /** To the pong address of this node, others are led to that one. */
  readonly hijacked: Map<number, number>;
  /** The share of probes whose first attempt falls into a burst of loss. */
  burstShare: number;
}

/** That a burst still lasts at the next attempt. 0.16 of all bursts outlast three attempts. */
export const BURST_GOES_ON = 0.4;

export function healthyWorld(cluster: Cluster): World {
  const { nodes } = cluster;
  const each = <T>(value: T): T[] => nodes.map(() => value);
  return {
    cluster,
    rules: [],
    down: new Uint8Array(nodes.length),
    arpTells: new Uint8Array(nodes.length),
    leaving: new Float64Array(nodes.length),
    detached: new Uint8Array(nodes.length),
    pongs: each<PongState>({ is: "alive" }),
    podStates: new Map(),
    kubelets: new Uint8Array(nodes.length).fill(1),
    listed: new Uint8Array(nodes.length).fill(1),
    agents: each<AgentState>({ is: "alive" }),
    clusterIps: each<ProxyState>("works"),
    nodePorts: each<ProxyState>("works"),
    staleBackends: new Map(),
    backendsGone: 0,
    resolvers: each<DnsState>("works"),
    dnsServers: cluster.dnsNodes.map(() => "works"),
    externals: cluster.externals.map(() => "works"),
    hijacked: new Map(),
    burstShare: 0,
  };
}

/** Places as a rule holds them: these nodes. */
export function placesOf(cluster: Cluster, nodes: readonly number[]): Uint8Array {
  const places = new Uint8Array(outsideOf(cluster) + 1);
  for (const node of nodes) places[node] = 1;
  return places;
}

/** All nodes, and the outside where it is meant, too. */
export function everywhere(cluster: Cluster, outside = true): Uint8Array {
  const places = new Uint8Array(outsideOf(cluster) + 1).fill(1);
  if (!outside) places[outsideOf(cluster)] = 0;
  return places;
}

export function outsideOnly(cluster: Cluster): Uint8Array {
  return placesOf(cluster, [outsideOf(cluster)]);
}

/** What is behind the service, as a kube-proxy that follows knows it. */
export function backendsOf({ cluster, listed, backendsGone }: World): Backend[] {
  return [
    ...cluster.nodes.filter(({ index }) => listed[index]).map(({ index }) => ({ node: index })),
    ...Array.from({ length: backendsGone }, () => ({ node: null })),
  ];
}
