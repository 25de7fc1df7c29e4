/** The words for a cause's places. */
export interface Where {
  /** The names of its nodes. */
  readonly nodes: string;
  /** The names of the nodes on the other side. */
  readonly peers: string;
  /** ` over IPv6` if only that family is broken; else empty. */
  readonly family: string;
  /** `23 of 23`. */
  readonly count: string;
  /** What Kubernetes says of the nodes' readiness. Begins with a space, or is empty. */
  readonly readiness: string;
  /** Why Kubernetes calls a node NotReady, in the kubelet's words or the node controller's. */
  readonly words: string;
  /** The side from which no agent reported, if that is only one of the two; `readiness` is then about this side. */
  readonly silent: "nodes" | "peers" | null;
  /** How many agents reported. */
  readonly heard: number;
  /** For a cause at one node: whether the node's own agent does not reach the node's pong either. */
  readonly ownFails: boolean;
}
