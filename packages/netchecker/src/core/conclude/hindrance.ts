import type { Draft } from "./draft.ts";

/** Kinds that break what is behind a node's pod network, DNS servers on it included. */
const BREAKS_PODS = new Set(["node-down", "node-cut-off", "pod-network", "firewall"]);
const BREAKS_PONG = new Set([...BREAKS_PODS, "pong", "wrong-answerer"]);

/** Whether a cause leaves an agent no way out to the cluster's other pods, or to only some of them. */
export function cutsOff(cause: Draft, a: number): boolean {
  const { kind, nodes, peers, direction, layer } = cause;
  if (layer === "external") return false;
  if (kind === "partition" || (kind === "firewall" && peers.length > 1)) return sideOut(cause, a);
  if (!BREAKS_PODS.has(kind) || direction === "in" || peers.length > 0) return false;
  return nodes.length === 0 || nodes.includes(a);
}

function sideOut({ nodes, peers, direction }: Draft, a: number): boolean {
  if (direction !== "in" && nodes.includes(a)) return true;
  return direction !== "out" && peers.includes(a);
}

/** Whether a cause makes some backend of the service unreachable for an agent. */
export function hidesBackend(cause: Draft, a: number): boolean {
  const { kind, nodes, peers, direction, layer } = cause;
  if (layer === "external" || cutsOff(cause, a)) return true;
  if (kind === "route" || kind === "undetermined" || (kind === "firewall" && peers.length === 1))
    return nodes.includes(a) || (direction === "both" && peers.includes(a));
  return BREAKS_PONG.has(kind) && direction !== "out";
}

/** Whether DNS servers, were they on the nodes of this cause, would be out of reach for others. */
export function hidesPods({ kind, direction, layer, peers }: Draft): boolean {
  if (layer === "external") return false;
  if (kind === "partition") return true;
  return BREAKS_PODS.has(kind) && direction !== "out" && peers.length === 0;
}
