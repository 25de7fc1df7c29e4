import type { Draft } from "./draft.ts";

/** Kinds that break what is behind a node's pod network, DNS servers on it included. */
const BREAKS_PODS = new Set(["node-down", "node-cut-off", "pod-network", "firewall"]);
const BREAKS_PONG = new Set([...BREAKS_PODS, "pong", "wrong-answerer"]);

/** Whether a cause leaves an agent no way out to the cluster's other pods. */
export function cutsOff(cause: Draft, a: number): boolean {
  const { kind, nodes, peers, direction, layer } = cause;
  if (layer === "external" || peers.length > 0) return false;
  if (!BREAKS_PODS.has(kind) || direction === "in") return false;
  return nodes.length === 0 || nodes.includes(a);
}

/** Whether it does so on the node's own network, so that the outside is out of reach too. */
export function cutsOffWholly(cause: Draft, a: number): boolean {
  return cutsOff(cause, a) && (cause.layer === "node" || cause.kind === "pod-network");
}

/** Whether it loses some of whatever an agent sends, so that some probes fail after all their attempts. */
export function losesPackets({ kind, nodes, peers }: Draft, a: number): boolean {
  return kind === "packet-loss" && peers.length === 0 && nodes.includes(a);
}

/** Whether a cause makes some backend of the service unreachable for an agent. */
export function hidesBackend(cause: Draft, a: number): boolean {
  const { kind, nodes, peers, direction, layer } = cause;
  if (layer === "external") return false;
  if (cutsOff(cause, a)) return true;
  if (peers.length > 0 && kind !== "mtu" && kind !== "packet-loss" && kind !== "slow")
    return hidesSide(cause, a);
  return nodes.length > 0 && BREAKS_PONG.has(kind) && direction !== "out";
}

/** Of a pair or of two groups: whether the agent is on a side that does not reach the other. */
function hidesSide({ nodes, peers, direction }: Draft, a: number): boolean {
  if (direction !== "in" && nodes.includes(a)) return true;
  return direction !== "out" && peers.includes(a);
}

/** Whether it keeps two groups of nodes apart. */
export function partsGroups({ kind, peers, layer }: Draft): boolean {
  return peers.length > 1 && layer !== "external" && (kind === "partition" || kind === "firewall");
}

/** Whether DNS servers, were they on the nodes of this cause, would be out of reach for others. */
export function hidesPods(cause: Draft): boolean {
  const { kind, direction, layer, peers } = cause;
  if (layer === "external") return false;
  if (partsGroups(cause)) return true;
  return BREAKS_PODS.has(kind) && direction !== "out" && peers.length === 0;
}
