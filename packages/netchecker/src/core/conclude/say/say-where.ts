import { listNames } from "../../text-view/phrases.ts";
import type { Draft } from "../evidence/draft.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Topology } from "../evidence/topology.ts";

/** The words for a cause's places. */
export interface Where {
  /** Its nodes. */
  readonly nodes: string;
  /** The other side. */
  readonly peers: string;
  /** ` over IPv6` where one family is broken alone; else empty. */
  readonly family: string;
  /** `23 of 23`. */
  readonly count: string;
  /** Of one node: whether its own agent does not reach its pong either. */
  readonly ownFails: boolean;
}

export function sayWhere(evidence: Evidence, topology: Topology, cause: Draft): Where {
  const side = (some: readonly number[], others: readonly number[]) => {
    const names = listNames(some.map((n) => evidence.nodes[n]!));
    const place = some.length > 1 ? topology.nameOf(some, others) : null;
    return place === null ? names : `${place} (${names})`;
  };
  const rest = evidence.nodes.map((_, n) => n).filter((n) => !cause.nodes.includes(n));
  return {
    nodes: side(cause.nodes, cause.peers.length > 0 ? cause.peers : rest),
    peers: side(cause.peers, cause.nodes),
    family: cause.family === null ? "" : ` over IPv${cause.family}`,
    count: `${cause.failed} of ${cause.of}`,
    ownFails: cause.nodes.length === 1 && ownPongFails(evidence, cause.nodes[0]!),
  };
}

function ownPongFails(evidence: Evidence, n: number): boolean {
  const { pod } = evidence.round.matrices;
  return evidence.planes.some(
    ({ check, column }) =>
      check === "echo" && column[n] !== -1 && evidence.failedAt("pod", pod.cell(n, column[n]!)),
  );
}
