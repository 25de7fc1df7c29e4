import { listNames } from "./phrases.ts";
import type { Draft } from "../evidence/draft.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { NOTHING_RUNS } from "../causes/node-drafts.ts";
import { LONE_REPORTER } from "../causes/silent-groups.ts";
import { sayReadiness, shorten } from "./say-readiness.ts";
import type { Topology } from "../evidence/topology.ts";
import type { Where } from "../evidence/where.ts";

export function sayWhere(evidence: Evidence, topology: Topology, cause: Draft): Where {
  const side = (some: readonly number[], others: readonly number[]) => {
    const names = listNames(some.map((n) => evidence.nodes[n]!));
    const place = some.length > 1 ? topology.nameOf(some, others) : null;
    return place === null ? names : `${place} (${names})`;
  };
  // If the nodes of the cause fell silent together, other silent nodes may belong to them. They cannot help to name
  // the place.
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

/**
 * The readiness of the nodes that a cause is about. If only one agent reports, the readiness of the other nodes
 * matters more.
 */
function readinessOf(evidence: Evidence, cause: Draft, silent: Where["silent"]): string {
  const { kind, nodes, peers, fact } = cause;
  if (peers.length > 0) return silent === null ? "" : sayReadiness(evidence, cause[silent], true);
  if (fact === LONE_REPORTER) {
    const others = evidence.nodes.map((_, n) => n).filter((n) => !nodes.includes(n));
    return sayReadiness(evidence, others, false) || sayReadiness(evidence, nodes, false);
  }
  return sayReadiness(evidence, nodes, kind === "node-down" || fact === NOTHING_RUNS);
}

/**
 * Why the first NotReady node is so. The kubelet's message says it; if no kubelet ever wrote one, the node
 * controller's reason.
 */
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
