import { listNames } from "./phrases.ts";
import type { Draft } from "../evidence/draft.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { NOTHING_RUNS } from "../causes/node-drafts.ts";
import { LONE_REPORTER } from "../causes/silent-groups.ts";
import { sayReadiness, shorten } from "./say-readiness.ts";
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
  /** What Kubernetes says of the nodes' readiness: sentences that begin with a space, or nothing. */
  readonly readiness: string;
  /** Why Kubernetes calls a node NotReady, in the kubelet's words or the node controller's. */
  readonly words: string;
  /** Of two sides: the one of which nothing is heard, and that side's readiness is told; null where of both, or of none. */
  readonly silent: "nodes" | "peers" | null;
  /** How many agents that could tell reported. */
  readonly heard: number;
  /** Of one node: whether its own agent does not reach its pong either. */
  readonly ownFails: boolean;
}

export function sayWhere(evidence: Evidence, topology: Topology, cause: Draft): Where {
  const side = (some: readonly number[], others: readonly number[]) => {
    const names = listNames(some.map((n) => evidence.nodes[n]!));
    const place = some.length > 1 ? topology.nameOf(some, others) : null;
    return place === null ? names : `${place} (${names})`;
  };
  // Of others that are silent too it is not known whether they belong to those that fell silent together.
  const fellSilent = cause.nodes.length > 1 && !cause.nodes.some((n) => evidence.heard(n));
  const isAway = (n: number) => fellSilent && !evidence.heard(n);
  const rest = evidence.nodes
    .map((_, n) => n)
    .filter((n) => !cause.nodes.includes(n) && !isAway(n));
  const silent = silentSide(evidence, cause);
  return {
    nodes: side(cause.nodes, cause.peers.length > 0 ? cause.peers : rest),
    peers: side(cause.peers, cause.nodes),
    family: cause.family === null ? "" : ` over IPv${cause.family}`,
    count: `${cause.failed} of ${cause.of}`,
    readiness: readinessOf(evidence, cause, silent),
    words: wordsAt(evidence, cause.nodes),
    silent,
    heard: evidence.heardCount,
    ownFails: cause.nodes.length === 1 && ownPongFails(evidence, cause.nodes[0]!),
  };
}

/** Of the nodes that a cause is about; of one that alone reports, what is said of the others first. */
function readinessOf(evidence: Evidence, cause: Draft, silent: Where["silent"]): string {
  const { kind, nodes, peers, fact } = cause;
  if (peers.length > 0) return silent === null ? "" : sayReadiness(evidence, cause[silent], true);
  if (fact === LONE_REPORTER) {
    const others = evidence.nodes.map((_, n) => n).filter((n) => !nodes.includes(n));
    return sayReadiness(evidence, others, false) || sayReadiness(evidence, nodes, false);
  }
  return sayReadiness(evidence, nodes, kind === "node-down" || fact === NOTHING_RUNS);
}

/** The kubelet's words, or else the node controller's: it says why where no kubelet ever spoke. */
function wordsAt(evidence: Evidence, nodes: readonly number[]): string {
  const says = nodes.flatMap((n) => evidence.kubernetes.notReady(n) ?? [])[0];
  return says ? shorten(says.message) || says.reason || "Kubernetes does not say why" : "";
}

function silentSide(evidence: Evidence, { nodes, peers }: Draft): Where["silent"] {
  if (peers.length === 0) return null;
  const unheard = (side: readonly number[]) => !side.some((n) => evidence.heard(n));
  if (unheard(nodes) === unheard(peers)) return null;
  return unheard(nodes) ? "nodes" : "peers";
}

function ownPongFails(evidence: Evidence, n: number): boolean {
  const { pod } = evidence.round.matrices;
  return evidence.planes.some(
    ({ check, column }) =>
      check === "echo" && column[n] !== -1 && evidence.failedAt("pod", pod.cell(n, column[n]!)),
  );
}
