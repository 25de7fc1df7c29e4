import type { Scenario } from "./scenario.ts";

/** What an MTU black hole lets through by default, as the agents find out. */
const passesBytes = 1_400;

/** Everything that operators meet and that this laboratory can make. */
export const SCENARIOS: readonly Scenario[] = [
  { name: "all is well", faults: [], findings: [], core: true },
  {
    name: "node down",
    faults: [{ kind: "node-down", node: "node-3" }],
    findings: [{ kind: "node-down", nodes: ["node-3"] }],
    core: true,
  },
  ...(["in", "out", "both"] as const).map((direction): Scenario => ({
    name: `node cut off, ${direction}`,
    faults: [{ kind: "node-cut-off", node: "node-2", direction }],
    findings: [
      { kind: direction === "both" ? "node-down" : "node-cut-off", nodes: ["node-2"], direction },
    ],
  })),
  ...(["in", "out", "both"] as const).map((direction): Scenario => ({
    name: `pod network, ${direction}`,
    faults: [{ kind: "pod-network", node: "node-3", direction }],
    findings: [{ kind: "pod-network", nodes: ["node-3"], direction }],
    ...(direction === "in" && { core: true }),
  })),
  {
    name: "route to one node's pods missing",
    faults: [{ kind: "route", node: "node-1", peer: "node-5" }],
    findings: [{ kind: "route", nodes: ["node-1"], peers: ["node-5"], direction: "both" }],
    core: true,
  },
  {
    name: "packets from one node to another lost",
    faults: [{ kind: "packet-loss", node: "node-2", peer: "node-4" }],
    findings: [{ kind: "route", nodes: ["node-2"], peers: ["node-4"], direction: "both" }],
  },
  {
    name: "1 % of packets lost everywhere",
    faults: [{ kind: "packet-loss", percent: 1 }],
    findings: [],
  },
  {
    name: "25 % of packets lost at a node's link",
    faults: [{ kind: "packet-loss", node: "node-4", percent: 25 }],
    findings: [{ kind: "packet-loss", nodes: ["node-4"] }],
  },
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
  {
    // From this side nobody can tell them from two nodes that are down.
    name: "two nodes parted from the others and from Redis",
    faults: [{ kind: "partition", nodes: ["node-5", "node-6"] }],
    findings: [
      { kind: "node-down", nodes: ["node-5"] },
      { kind: "node-down", nodes: ["node-6"] },
    ],
  },
  {
    name: "MTU black hole between two nodes",
    faults: [{ kind: "mtu", node: "node-1", peer: "node-2" }],
    findings: [
      { kind: "mtu", nodes: ["node-1"], peers: ["node-2"], direction: "both", passesBytes },
    ],
  },
  {
    name: "MTU black hole between two nodes, one way",
    faults: [{ kind: "mtu", node: "node-1", peer: "node-2", direction: "out" }],
    findings: [
      { kind: "mtu", nodes: ["node-1"], peers: ["node-2"], direction: "out", passesBytes },
    ],
  },
  {
    name: "MTU black hole at a node, out",
    faults: [{ kind: "mtu", node: "node-6", direction: "out" }],
    findings: [{ kind: "mtu", nodes: ["node-6"], direction: "out", passesBytes }],
    core: true,
  },
  {
    name: "MTU black hole at a node",
    faults: [{ kind: "mtu", node: "node-6" }],
    findings: [{ kind: "mtu", nodes: ["node-6"], passesBytes }],
  },
  {
    name: "kube-proxy without ClusterIPs",
    faults: [{ kind: "kube-proxy", node: "node-2", part: "cluster-ip" }],
    findings: [{ kind: "cluster-ip", nodes: ["node-2"] }],
    core: true,
  },
  {
    name: "kube-proxy without NodePorts",
    faults: [{ kind: "kube-proxy", node: "node-2", part: "node-port" }],
    findings: [{ kind: "node-port", nodes: ["node-2"] }],
  },
  {
    name: "kube-proxy stale",
    faults: [{ kind: "kube-proxy-stale", node: "node-4" }],
    findings: [{ kind: "node-port", nodes: ["node-4"] }],
  },
  {
    name: "a service backend dead but still listed",
    faults: [{ kind: "backend-dead", node: "node-3" }],
    findings: [{ kind: "pong", nodes: ["node-3"] }],
    core: true,
  },
  {
    name: "DNS server down",
    faults: [{ kind: "dns-down" }],
    findings: [{ kind: "dns", nodes: [] }],
    core: true,
  },
  {
    name: "DNS server slow, within the timeout",
    faults: [{ kind: "dns-slow", delayMs: 300 }],
    findings: [],
  },
  {
    name: "DNS server slower than the timeout",
    faults: [{ kind: "dns-slow", delayMs: 3_000 }],
    findings: [{ kind: "dns", nodes: [] }],
  },
  {
    name: "DNS answers wrongly",
    faults: [{ kind: "dns-wrong", address: "10.96.0.99" }],
    findings: [{ kind: "dns-answer", nodes: [] }],
  },
  {
    name: "DNS unreachable from one node",
    faults: [{ kind: "dns-unreachable", node: "node-5" }],
    findings: [{ kind: "dns", nodes: ["node-5"] }],
  },
  {
    name: "no way out from one node",
    faults: [{ kind: "no-way-out", node: "node-1" }],
    findings: [{ kind: "egress", nodes: ["node-1"] }],
  },
  {
    name: "no way out from any node",
    faults: [{ kind: "no-way-out" }],
    findings: [{ kind: "egress", nodes: [] }],
  },
  {
    name: "a firewall refuses what comes to a node",
    faults: [{ kind: "node-cut-off", node: "node-4", direction: "in", reject: "icmp" }],
    findings: [{ kind: "firewall", nodes: ["node-4"], direction: "in" }],
  },
  {
    name: "a firewall resets what comes to a node's pods",
    faults: [{ kind: "pod-network", node: "node-4", direction: "in", reject: "reset" }],
    findings: [{ kind: "firewall", nodes: ["node-4"], direction: "in" }],
  },
  {
    name: "a firewall refuses the way out",
    faults: [{ kind: "no-way-out", node: "node-2", reject: "icmp" }],
    findings: [{ kind: "firewall", nodes: ["node-2"], direction: "out" }],
  },
  {
    name: "two pods with one address",
    faults: [{ kind: "wrong-answerer", node: "node-2" }],
    findings: [{ kind: "wrong-answerer", nodes: ["node-2"] }],
    core: true,
  },
  {
    name: "pong hung",
    faults: [{ kind: "pong-hung", node: "node-6" }],
    findings: [{ kind: "pong", nodes: ["node-6"] }],
    core: true,
  },
  { name: "pong slow", faults: [{ kind: "pong-slow", node: "node-6" }], findings: [] },
  {
    name: "pong overloaded",
    faults: [{ kind: "pong-overloaded", node: "node-6" }],
    findings: [{ kind: "pong", nodes: ["node-6"] }],
  },
  {
    name: "pong dead",
    faults: [{ kind: "pong-dead", node: "node-6" }],
    findings: [{ kind: "pong", nodes: ["node-6"] }],
  },
  {
    name: "ping dead",
    faults: [{ kind: "ping-dead", node: "node-5" }],
    findings: [{ kind: "agent-missing", nodes: ["node-5"] }],
  },
  {
    name: "ping hung",
    faults: [{ kind: "ping-hung", node: "node-5" }],
    findings: [{ kind: "agent-missing", nodes: ["node-5"] }],
  },
  {
    name: "ping starved of CPU",
    faults: [{ kind: "ping-starved", node: "node-1" }],
    findings: [{ kind: "prober-starved", nodes: ["node-1"] }],
  },
  {
    name: "ephemeral ports exhausted",
    faults: [{ kind: "ports-exhausted", node: "node-3" }],
    findings: [{ kind: "local-exhaustion", nodes: ["node-3"] }],
  },
  {
    // Nothing that netChecker knows listens there but the kubelet: it says what it sees.
    name: "kubelet down",
    faults: [{ kind: "kubelet-down", node: "node-3" }],
    findings: [{ kind: "undetermined", nodes: ["node-3"] }],
  },
  {
    name: "Redis unreachable from one node",
    faults: [{ kind: "redis-unreachable", node: "node-4" }],
    findings: [{ kind: "agent-silent", nodes: ["node-4"] }],
    core: true,
  },
  { name: "Redis down", faults: [{ kind: "redis-down" }], findings: [] },
  { name: "Redis restarted", faults: [{ kind: "redis-restarted" }], findings: [] },
  { name: "Redis slow", faults: [{ kind: "redis-slow" }], findings: [] },
  { name: "Redis a read-only replica", faults: [{ kind: "redis-read-only" }], findings: [] },
  { name: "Redis full", faults: [{ kind: "redis-full" }], findings: [] },
  { name: "Redis stands still", faults: [{ kind: "redis-paused" }], findings: [] },
  { name: "Redis has another password", faults: [{ kind: "redis-password" }], findings: [] },
  { name: "the lease is another's", faults: [{ kind: "lease-taken" }], findings: [] },
  { name: "API server never seen", faults: [{ kind: "api-never" }], findings: [] },
  { name: "API server away", faults: [{ kind: "api-away" }], findings: [] },
  { name: "API server hung", faults: [{ kind: "api-hung" }], findings: [] },
  { name: "watch expired", faults: [{ kind: "watch-expired" }], findings: [] },
  { name: "netchecker killed", faults: [{ kind: "netchecker-killed" }], findings: [] },
  {
    name: "clock of one node off by minutes",
    faults: [{ kind: "clock-off", node: "node-2", minutes: 7 }],
    findings: [],
  },
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
    findings: [],
    ...(kind === "cordoned" && { core: true }),
  })),
  {
    name: "a kubelet that says its node is not ready",
    faults: [{ kind: "not-ready", node: "node-3" }],
    // All of it answers; but its kubelet says that it has no network for new pods.
    findings: [{ kind: "not-ready", nodes: ["node-3"] }],
  },
  {
    name: "pod network of one node and DNS at once",
    faults: [{ kind: "pod-network", node: "node-3", direction: "in" }, { kind: "dns-down" }],
    findings: [
      { kind: "pod-network", nodes: ["node-3"], direction: "in" },
      { kind: "dns", nodes: [] },
    ],
  },
];
