import { type Draft, draft } from "../evidence/draft.ts";
import { orientGroups } from "./group-causes.ts";
import { Claim } from "../evidence/claim.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { CHECKS_OF, brokenPart, type Part } from "./node-faults.ts";
import { nodeView } from "../evidence/node-verdicts.ts";
import type { Topology } from "../evidence/topology.ts";

/** So many nodes do not fall silent together by themselves. */
export const TOO_MANY_FOR_CHANCE = 4;

/**
 * Nodes of which nothing is heard, and that none of those that are heard reaches: cut off together, from
 * the part of the cluster where Redis is. Whether they reach each other cannot be known.
 */
export function silentGroups(evidence: Evidence, topology: Topology): Draft[] {
  return (["node", "pods"] as const).flatMap((part) => {
    const silent = silentNodes(evidence, part);
    const heard = evidence.nodes.map((_, n) => n).filter((n) => evidence.heard(n));
    if (silent.length < 2 || heard.length === 0) return [];
    if (heard.length === 1) return [loneReporter(evidence, part, heard[0]!, silent)];
    const group = togetherOf(evidence, topology, silent);
    if (group.length === 0 || neighboursMiss(evidence, group)) return [];
    const others = evidence.nodes.map((_, n) => n).filter((n) => !group.includes(n));
    return [apart(evidence, part, group, others)];
  });
}

/** Those of some silent nodes that are silent for one reason: a whole place, or more than chance picks. */
export function togetherOf(
  evidence: Evidence,
  topology: Topology,
  silent: readonly number[],
): readonly number[] {
  const place = topology.placeOf(silent);
  const beside = silent.length - (place?.length ?? 0);
  const rest = evidence.nodes.map((_, n) => n).filter((n) => !silent.includes(n));
  const whole = beside >= TOO_MANY_FOR_CHANCE || topology.placeOf(rest)?.length === rest.length;
  return whole ? silent : (place ?? []);
}

function silentNodes(evidence: Evidence, part: Part): number[] {
  const scope = evidence.scopes[0]!;
  return evidence.nodes.flatMap((_, n) => {
    const why = evidence.missing[n]?.why;
    if ((why !== "silent" && why !== "unreachable") || evidence.heard(n)) return [];
    if (evidence.absenceExplained[n]) return [];
    const { in: towards } = nodeView(evidence, scope, n, "strict");
    // A NodePort that fails too speaks against the process, not the network.
    const process = part === "pods" && towards.nodeport.verdict === "fails";
    return brokenPart(towards) === part && !process ? [n] : [];
  });
}

/** Neighbours say `host_unreachable` of a node that is gone: then each is down for itself. */
function neighboursMiss(evidence: Evidence, silent: readonly number[]): boolean {
  return evidence.planes.some(
    (plane) =>
      plane.check === "tcp" &&
      silent.some((n) =>
        evidence.nodes.some((_, from) => {
          if (!evidence.heard(from) || plane.column[n] === -1) return false;
          const cell = evidence.round.matrices.node.cell(from, plane.column[n]!);
          return evidence.reasonAt("node", cell) === "host_unreachable";
        }),
      ),
  );
}

/** Several that are down at once, and no neighbour says that they are gone, may be apart together. */
export function mayBeApart(evidence: Evidence, found: readonly Draft[]): Draft[] {
  const down = found.filter(({ kind, planned }) => kind === "node-down" && !planned);
  const silent = down.flatMap(({ nodes }) => nodes);
  if (silent.length < 2 || neighboursMiss(evidence, silent)) return [...found];
  return found.map((each) =>
    down.includes(each) ? { ...each, candidates: [...each.candidates, "partition"] } : each,
  );
}

/** All but one are silent: rather that one is cut off, together with Redis, than all the others down. */
function loneReporter(
  evidence: Evidence,
  part: "node" | "pods",
  n: number,
  silent: readonly number[],
): Draft {
  const claim = claimAll(evidence, part, [n], silent);
  const wholeNode = part === "node";
  return draft(wholeNode ? "node-cut-off" : "pod-network", {
    nodes: [n],
    layer: wholeNode ? "node" : "pod-network",
    direction: "both",
    candidates: wholeNode ? ["partition", "node-down"] : ["partition"],
    claim,
    failed: silent.length,
    of: silent.length,
  });
}

function apart(
  evidence: Evidence,
  part: "node" | "pods",
  silent: readonly number[],
  others: readonly number[],
): Draft {
  const claim = claimAll(evidence, part, others, silent);
  const { nodes, peers } = orientGroups(silent, others, true);
  return draft("partition", {
    nodes,
    peers,
    layer: part === "node" ? "node" : "pod-network",
    direction: "both",
    candidates: [part === "node" ? "node-down" : "pod-network"],
    claim,
    failed: silent.length * others.length,
    of: silent.length * others.length,
  });
}

function claimAll(
  evidence: Evidence,
  part: "node" | "pods",
  from: readonly number[],
  silent: readonly number[],
): Claim {
  const claim = new Claim();
  const checks = part === "node" ? CHECKS_OF.node : (["echo"] as const);
  for (const check of checks)
    for (const plane of evidence.scopes[0]!.planes[check])
      for (const a of from) for (const b of silent) evidence.explain(claim, plane, a, b);
  for (const n of silent) evidence.absenceExplained[n] = true;
  return claim;
}
