import type { Direction, FindingKind, FindingLayer } from "@netchecker/contract";
import type { Claim } from "../evidence/claim.ts";
import { type Draft, draft } from "../evidence/draft.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { refuses } from "../evidence/firewall.ts";
import { isRefused } from "../evidence/refusals.ts";
import type { MeshCheck, Scope } from "../evidence/mesh-planes.ts";
import type { Part } from "./node-faults.ts";
import type { NodeView } from "../evidence/node-verdicts.ts";

/** A node of which a part may be broken, towards it, from it, or both. */
export interface Candidate {
  readonly n: number;
  readonly scope: Scope;
  readonly view: NodeView;
  readonly partIn: Part | null;
  readonly partOut: Part | null;
  readonly weight: number;
}

/** How many peers fail a check, of how many; counted before they are claimed. */
type PeerCounts = (
  side: "in" | "out",
  check: MeshCheck,
) => {
  readonly failed: number;
  readonly of: number;
};

/** A candidate that is taken: with the failures that it explains, and how many peers they are of. */
export interface Taken extends Candidate {
  readonly claim: Claim;
  readonly peers: PeerCounts;
}

const common = (
  { n, scope, view, claim, peers }: Taken,
  side: "in" | "out",
  check: MeshCheck,
): Partial<Draft> => {
  return {
    nodes: [n],
    claim,
    ...peers(side, check),
    contradictedBy: view[side][check].works,
    family: scope.family,
    places: 8,
  };
};

/** The node, or its pods, cut off in one direction or both. */
export function ofNetwork(evidence: Evidence, candidate: Taken): Draft {
  const { n, partIn, partOut, claim } = candidate;
  const silent = evidence.missing[n] !== null && !evidence.heard(n);
  const isIn = partIn === "node" || partIn === "pods";
  const isOut = partOut === "node" || partOut === "pods";
  // Of pods that are cut off inwards only, the agent would have reported.
  const both = isIn && (isOut || saysNothing(evidence, n));
  const direction: Direction = both ? "both" : isIn ? "in" : "out";
  const wholeNode = isIn ? partIn === "node" : partOut === "node";
  const layer: FindingLayer = wholeNode ? "node" : "pod-network";
  const check = wholeNode ? "tcp" : "echo";
  if (silent && isIn && (wholeNode || saysNothing(evidence, n)))
    evidence.absenceExplained[n] = true;
  const told = { ...common(candidate, isIn ? "in" : "out", check), layer, direction };
  if (isIn && !isOut && evidence.comesBack(n)) return comingBack(told);
  if (silent && wholeNode && machineAnswers(evidence, n)) return nothingRuns(evidence, candidate);
  if (refuses(claim, wholeNode && silent))
    return draft("firewall", {
      ...told,
      candidates: [wholeNode ? "node-cut-off" : "pod-network"],
    });
  if (wholeNode && silent)
    return draft("node-down", {
      ...told,
      direction: "both",
      candidates: ["node-cut-off"],
      // That nothing is heard of it is no chance.
      places: null,
    });
  if (wholeNode) return draft("node-cut-off", { ...told, candidates: ownFails(candidate) });
  return draft("pod-network", told);
}

/** What is told of a node that was silent, and reports again in a round in which others did not reach it. */
export const COMING_BACK = "back";

/** Its own probes are newer than those of the others: what they say of it need not be so any more. */
function comingBack(told: Partial<Draft>): Draft {
  return draft("undetermined", {
    ...told,
    layer: "node",
    severity: "info",
    candidates: ["node-down", "node-cut-off"],
    fact: COMING_BACK,
  });
}

/** What is told of a silent node whose machine answers, though nothing on it does. */
export const NOTHING_RUNS = "refuses";

export function machineAnswers(evidence: Evidence, n: number): boolean {
  return isRefused(evidence, "tcp", n) || isRefused(evidence, "echo", n);
}

/**
 * The machine is up and says that nobody listens: its kubelet and its pods do not run. A filter that refuses
 * everything looks the same, until Kubernetes calls the node NotReady; it would refuse the NodePort too.
 */
function nothingRuns(evidence: Evidence, candidate: Taken): Draft {
  const { n, view } = candidate;
  const told = {
    ...common(candidate, "in", "tcp"),
    layer: "node" as const,
    direction: "both" as const,
    places: null,
  };
  if (evidence.kubernetes.notReady(n))
    return draft("not-ready", { ...told, candidates: ["firewall"], fact: NOTHING_RUNS });
  const asFilters = view.in.nodeport.verdict !== "works" && refuses(candidate.claim, true);
  return asFilters
    ? draft("firewall", { ...told, candidates: ["node-cut-off", "not-ready"] })
    : draft("undetermined", { ...told, candidates: ["not-ready", "firewall"], fact: NOTHING_RUNS });
}

/** What may be wrong with an agent that does not even reach its own node. */
function ownFails({ view, partIn }: Candidate): FindingKind[] {
  const fails = view.own.echo === "fails" || view.own.tcp === "fails";
  return fails && partIn !== "node" ? ["pod-network", "local-exhaustion"] : [];
}

/** Nothing came of an agent that could have reported. A pod that is not there, or not ready, has its own reason. */
export function saysNothing(evidence: Evidence, n: number): boolean {
  const why = evidence.missing[n]?.why;
  return (why === "silent" || why === "unreachable") && !evidence.heard(n);
}

export function ofProcess(candidate: Taken): Draft {
  const told = common(candidate, "in", "echo");
  return draft("pong", { ...told, layer: "process" });
}

/** Neither its own agent nor a NodePort tells: only how it fails does. */
export function ofNetworkOrProcess(evidence: Evidence, candidate: Taken): Draft {
  const told = common(candidate, "in", "echo");
  if (candidate.claim.share("connection_refused", "response_timeout", "bad_status") > 0.5)
    return draft("pong", { ...told, layer: "process", candidates: ["pod-network", "firewall"] });
  const found = ofNetwork(evidence, candidate);
  return { ...found, candidates: [...found.candidates, "pong"] };
}

/** What the node itself answers: its kube-proxy, its kubelet's port, or both. */
export function ofHost(evidence: Evidence, candidate: Taken, part: Part): Draft {
  const { n, view, partIn, claim } = candidate;
  const side = partIn ? "in" : "out";
  if (part === "node-port" && side === "in") {
    const told = { ...common(candidate, "in", "nodeport"), layer: "service" as const };
    if (view.in.echo.verdict === "unknown" && !hasPong(evidence, n))
      return draft("service-backend", told);
    return draft("node-port", { ...told, direction: "in" });
  }
  const told = {
    ...common(candidate, side, part === "node-port" ? "nodeport" : "tcp"),
    layer: "node" as const,
    direction: side as Direction,
  };
  // The kubelet does not reach the API server either: that leaves the kubelet, or all of the node's own network.
  const { verdict } = view.in.echo;
  const podsAnswer = verdict === "works" || (verdict === "unknown" && view.own.echo === "works");
  if (side === "in" && podsAnswer && evidence.kubernetes.notReady(n)) {
    // Nobody starts an agent there, or keeps one.
    if (evidence.missing[n]?.why !== "redis_away") evidence.absenceExplained[n] = true;
    return draft("not-ready", { ...told, candidates: ["firewall"], fact: part, places: null });
  }
  if (part === "host" && refuses(claim, false)) return draft("firewall", told);
  return draft("undetermined", {
    ...told,
    candidates: part === "host" ? ["firewall", "node-cut-off"] : ["firewall"],
    fact: part,
  });
}

/** Whether nothing is heard of a node: by netchecker, or by Kubernetes either, which calls it NotReady. */
export function isUnheard(evidence: Evidence, n: number): boolean {
  const missing = evidence.missing[n] !== null && !evidence.heard(n);
  return saysNothing(evidence, n) || (missing && evidence.kubernetes.notReady(n) !== null);
}

/** Whether a pong of the node has an address at which it can be probed. */
function hasPong(evidence: Evidence, n: number): boolean {
  return evidence.planes.some((plane) => plane.check === "echo" && plane.column[n] !== -1);
}
