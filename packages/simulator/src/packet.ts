/** What a packet is carried by: the pod network (overlay) between pods, or the nodes' own network. */
export type Plane = "pod" | "node";

export type Port = "pong" | "kubelet" | "dns" | "redis" | "outside";

/** One packet between two places, each a node's index or the outside. */
export interface Packet {
  readonly from: number;
  readonly to: number;
  readonly plane: Plane;
  readonly port: Port;
  /** The first of a connection, or of a question over UDP: what a stateful filter judges. */
  readonly opens: boolean;
  /** Carries a request's data from the client to the server. */
  readonly asks: boolean;
  /** As large as the path allows. */
  readonly large: boolean;
}

export type Refusal = "refused" | "unreachable" | "no-route" | "reset";

/** What happens to the packets that a rule is about. */
export type Effect =
  | { readonly does: "drop" }
  | { readonly does: "reject"; readonly as: Refusal }
  | { readonly does: "lose"; readonly share: number }
  | { readonly does: "delay"; readonly us: number };

/**
 * Something between two places that meddles with packets on their way from `from` to `to`, in this
 * direction only. What stays on a node crosses nothing.
 */
export interface Rule {
  /** By place: 1 for those meant. */
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly plane: Plane | "all";
  readonly port?: Port;
  /** `opens` makes it a stateful filter: what was let through once goes on, both ways. */
  readonly only: "everything" | "opens" | "asks" | "large";
  readonly effect: Effect;
}

/** Whether a rule lies between two places, in either direction. */
export function between(rule: Rule, a: number, b: number): boolean {
  return (rule.from[a]! & rule.to[b]!) !== 0 || (rule.from[b]! & rule.to[a]!) !== 0;
}

export function concerns(rule: Rule, packet: Packet): boolean {
  if (packet.from === packet.to) return false;
  if (!rule.from[packet.from] || !rule.to[packet.to]) return false;
  if (rule.plane !== "all" && rule.plane !== packet.plane) return false;
  if (rule.port !== undefined && rule.port !== packet.port) return false;
  return rule.only === "everything" || packet[rule.only];
}
