import type { ExpectedFinding } from "../expect/effect.ts";
import type { FaultSpec } from "../faults/fault.ts";

/** Faults that are in place together. Their effects say what a correct product must show. */
export interface Scenario {
  readonly name: string;
  readonly faults: readonly FaultSpec[];
  /** The findings to expect, when they differ from those of the faults' effects. */
  readonly findings?: readonly ExpectedFinding[];
  /** One of those that every test run plays. */
  readonly core?: true;
}

/** A scenario of one fault. */
const of = (name: string, fault: FaultSpec): Scenario => ({ name, faults: [fault] });

/** A scenario of one fault that every test run plays. */
const core = (name: string, fault: FaultSpec): Scenario => ({ ...of(name, fault), core: true });

const DIRECTIONS = ["in", "out", "both"] as const;

/** Everything that operators meet and that this laboratory can make. */
export const SCENARIOS: readonly Scenario[] = [
  { name: "all is well", faults: [], core: true },
  core("node down", { kind: "node-down", node: "node-3" }),
  ...DIRECTIONS.map((direction) =>
    of(`node cut off, ${direction}`, { kind: "node-cut-off", node: "node-2", direction }),
  ),
  core("pod network, in", { kind: "pod-network", node: "node-3", direction: "in" }),
  of("pod network, out", { kind: "pod-network", node: "node-3", direction: "out" }),
  of("pod network, both", { kind: "pod-network", node: "node-3", direction: "both" }),
  core("route to one node's pods missing", { kind: "route", node: "node-1", peer: "node-5" }),
  of("packets from one node to another lost", {
    kind: "packet-loss",
    node: "node-2",
    peer: "node-4",
  }),
  of("1 % of packets lost everywhere", { kind: "packet-loss", percent: 1 }),
  of("25 % of packets lost at a node's link", { kind: "packet-loss", node: "node-4", percent: 25 }),
  {
    name: "two nodes parted from the others",
    faults: [{ kind: "partition", nodes: ["node-5", "node-6"], control: "reachable" }],
    findings: [
      {
        kind: "partition",
        nodes: ["node-5", "node-6"],
        peers: ["node-1", "node-2", "node-3", "node-4"],
      },
    ],
    core: true,
  },
  of("two nodes parted from the others and from Redis", {
    kind: "partition",
    nodes: ["node-5", "node-6"],
  }),
  of("MTU black hole between two nodes", { kind: "mtu", node: "node-1", peer: "node-2" }),
  of("MTU black hole between two nodes, one way", {
    kind: "mtu",
    node: "node-1",
    peer: "node-2",
    direction: "out",
  }),
  core("MTU black hole at a node, out", { kind: "mtu", node: "node-6", direction: "out" }),
  of("MTU black hole at a node", { kind: "mtu", node: "node-6" }),
  core("kube-proxy without ClusterIPs", { kind: "kube-proxy", node: "node-2", part: "cluster-ip" }),
  of("kube-proxy without NodePorts", { kind: "kube-proxy", node: "node-2", part: "node-port" }),
  of("kube-proxy stale", { kind: "kube-proxy-stale", node: "node-4" }),
  core("a service backend dead but still listed", { kind: "backend-dead", node: "node-3" }),
  core("DNS server down", { kind: "dns-down" }),
  of("DNS server slow, within the timeout", { kind: "dns-slow", delayMs: 300 }),
  of("DNS server slower than the timeout", { kind: "dns-slow", delayMs: 3_000 }),
  of("DNS answers wrongly", { kind: "dns-wrong", address: "10.96.0.99" }),
  of("DNS unreachable from one node", { kind: "dns-unreachable", node: "node-5" }),
  of("no way out from one node", { kind: "no-way-out", node: "node-1" }),
  of("no way out from any node", { kind: "no-way-out" }),
  of("a firewall refuses what comes to a node", {
    kind: "node-cut-off",
    node: "node-4",
    direction: "in",
    reject: "icmp",
  }),
  of("a firewall resets what comes to a node's pods", {
    kind: "pod-network",
    node: "node-4",
    direction: "in",
    reject: "reset",
  }),
  of("a firewall refuses the way out", { kind: "no-way-out", node: "node-2", reject: "icmp" }),
  core("two pods with one address", { kind: "wrong-answerer", node: "node-2" }),
  core("pong hung", { kind: "pong-hung", node: "node-6" }),
  of("pong slow", { kind: "pong-slow", node: "node-6" }),
  of("pong overloaded", { kind: "pong-overloaded", node: "node-6" }),
  of("pong dead", { kind: "pong-dead", node: "node-6" }),
  of("ping dead", { kind: "ping-dead", node: "node-5" }),
  of("ping hung", { kind: "ping-hung", node: "node-5" }),
  of("ping starved of CPU", { kind: "ping-starved", node: "node-1" }),
  of("ephemeral ports exhausted", { kind: "ports-exhausted", node: "node-3" }),
  of("kubelet down", { kind: "kubelet-down", node: "node-3" }),
  core("Redis unreachable from one node", { kind: "redis-unreachable", node: "node-4" }),
  of("Redis down", { kind: "redis-down" }),
  of("Redis restarted", { kind: "redis-restarted" }),
  of("Redis slow", { kind: "redis-slow" }),
  of("Redis a read-only replica", { kind: "redis-read-only" }),
  of("Redis full", { kind: "redis-full" }),
  of("Redis stands still", { kind: "redis-paused" }),
  of("Redis has another password", { kind: "redis-password" }),
  of("the lease is another's", { kind: "lease-taken" }),
  of("API server never seen", { kind: "api-never" }),
  of("API server away", { kind: "api-away" }),
  of("API server hung", { kind: "api-hung" }),
  of("watch expired", { kind: "watch-expired" }),
  of("netchecker killed", { kind: "netchecker-killed" }),
  of("clock of one node off by minutes", { kind: "clock-off", node: "node-2", minutes: 7 }),
  {
    // It is down, whatever Kubernetes has noticed by now.
    name: "a node that its kubelet called not ready is down",
    faults: [
      { kind: "not-ready", node: "node-3" },
      { kind: "node-down", node: "node-3" },
    ],
    findings: [{ kind: "node-down", nodes: ["node-3"] }],
    core: true,
  },
  ...["cordoned", "leaving", "shutting-down"].map((kind): Scenario => ({
    name: `a node that is ${kind} is down`,
    faults: [
      { kind, node: "node-3" },
      { kind: "node-down", node: "node-3" },
    ],
    ...(kind === "cordoned" && { core: true }),
  })),
  of("a kubelet that says its node is not ready", { kind: "not-ready", node: "node-3" }),
  {
    name: "pod network of one node and DNS at once",
    faults: [{ kind: "pod-network", node: "node-3", direction: "in" }, { kind: "dns-down" }],
  },
];
