import type { Direction, FindingKind, FindingLayer } from "@netchecker/contract";
import { type Draft, draft } from "./draft.ts";
import { Claim, type Evidence } from "./evidence.ts";
import { refuses } from "./firewall.ts";
import { MESH_CHECKS, type MeshCheck, type Scope } from "./mesh-planes.ts";
import { brokenPart, CHECKS_OF, isProcess, type Part } from "./node-faults.ts";
import { nodeView, type NodeView, type Strictness, type Tallies } from "./node-verdicts.ts";

interface Candidate {
  readonly n: number;
  readonly scope: Scope;
  readonly view: NodeView;
  readonly partIn: Part | null;
  readonly partOut: Part | null;
  readonly weight: number;
}

/**
 * Faults of one node: all its peers fail to reach a part of it, or it fails to reach that part of all
 * its peers. The one that explains most goes first, and takes its failures with it.
 */
export function nodeCauses(evidence: Evidence, strictness: Strictness): Draft[] {
  const drafts: Draft[] = [];
  for (;;) {
    const before = drafts.length;
    for (const { n, scope } of candidates(evidence, strictness)) {
      // What went before may have taken the failures that spoke for this one.
      const candidate = candidateAt(evidence, scope, n, strictness);
      const found = candidate && explain(evidence, candidate);
      if (found && found.claim.count > 0) drafts.push(found);
    }
    if (drafts.length === before) return drafts;
  }
}

function candidates(evidence: Evidence, strictness: Strictness): Candidate[] {
  const found: Candidate[] = [];
  for (const scope of evidence.scopes)
    for (let n = 0; n < evidence.size; n += 1) {
      if (!anyFailed(evidence, scope, n)) continue;
      const candidate = candidateAt(evidence, scope, n, strictness);
      if (candidate) found.push(candidate);
    }
  return found.toSorted((a, b) => b.weight - a.weight);
}

function anyFailed(evidence: Evidence, scope: Scope, n: number): boolean {
  for (const check of MESH_CHECKS)
    for (const plane of scope.planes[check]) {
      if (plane.columnFailed[n]! > 0 || plane.rowFailed[n]! > 0) return true;
      if (evidence.size < 3 && evidence.failures > 0) return true;
    }
  return false;
}

function candidateAt(
  evidence: Evidence,
  scope: Scope,
  n: number,
  strictness: Strictness,
): Candidate | null {
  const view = nodeView(evidence, scope, n, strictness);
  const partIn = brokenPart(view.in) ?? brokenAlone(view);
  const partOut = brokenPart(view.out);
  const inWeight = partIn ? weigh(view.in, CHECKS_OF[partIn]) : 0;
  const outWeight = partOut ? weigh(view.out, CHECKS_OF[partOut]) : 0;
  const own = MESH_CHECKS.filter((check) => view.own[check] === "fails").length;
  const fewest = strictness === "lenient" ? 5 : 2;
  // One peer alone may as well be at fault itself, unless something else speaks against this node.
  const silenced = (partIn === "node" || partIn === "pods") && saysNothing(evidence, n);
  const second = own + (silenced ? 1 : 0);
  const most = strictness === "certain" ? CERTAIN : 0;
  const enough = (tallies: Tallies, part: Part | null, peers: number) => {
    if (part === null) return false;
    const failed = Math.max(...CHECKS_OF[part].map((check) => tallies[check].failed));
    return failed + second >= fewest && failed >= most * peers;
  };
  const heard = evidence.heardCount - Number(evidence.heard(n));
  const counted = {
    partIn: enough(view.in, partIn, heard) ? partIn : null,
    partOut: enough(view.out, partOut, evidence.size - 1) ? partOut : null,
  };
  if (!counted.partIn && !counted.partOut) return null;
  const weight = (counted.partIn ? inWeight : 0) + (counted.partOut ? outWeight : 0) + own;
  return { n, scope, view, ...counted, weight };
}

/** Of so many peers it must be known. */
const CERTAIN = 2 / 3;

/** A process that fails even for its own node's agent, where no peer says otherwise. */
function brokenAlone({ in: towards, own }: NodeView): Part | null {
  const alone = own.echo === "fails" && own.tcp === "works" && towards.echo.verdict === "unknown";
  return alone && towards.tcp.verdict !== "fails" ? "pods" : null;
}

function weigh(tallies: Tallies, checks: readonly MeshCheck[]): number {
  return checks.reduce(
    (sum, check) => sum + (tallies[check].verdict === "fails" ? tallies[check].failed : 0),
    0,
  );
}

function explain(evidence: Evidence, candidate: Candidate): Draft {
  const { n, scope, view, partIn, partOut } = candidate;
  const claim = new Claim();
  const take = (side: "in" | "out", part: Part) => {
    for (const check of CHECKS_OF[part]) {
      const { verdict } = view[side][check];
      const alone = side === "in" && verdict === "unknown" && view.own[check] === "fails";
      if (verdict !== "fails" && !alone) continue;
      for (const plane of scope.planes[check])
        for (let peer = 0; peer < evidence.size; peer += 1)
          if (side === "in") evidence.explain(claim, plane, peer, n);
          else evidence.explain(claim, plane, n, peer);
    }
  };
  if (partOut === "node" || (partOut === "pods" && partIn !== "node" && partIn !== "pods")) {
    if (partIn === "node" || partIn === "pods") take("in", partIn);
    take("out", partOut);
    return ofNetwork(evidence, candidate, claim);
  }
  if (partIn === "node" || (partIn === "pods" && isProcess(view) === "no")) {
    take("in", partIn);
    if (partOut === partIn) take("out", partOut);
    return ofNetwork(evidence, candidate, claim);
  }
  if (partIn === "pods") {
    take("in", partIn);
    return isProcess(view) === "yes"
      ? ofProcess(candidate, claim)
      : ofNetworkOrProcess(evidence, candidate, claim);
  }
  if (partIn) {
    take("in", partIn);
    return ofHost(evidence, candidate, partIn, claim);
  }
  take("out", partOut!);
  return ofHost(evidence, candidate, partOut!, claim);
}

const common = (
  { n, scope, view }: Candidate,
  claim: Claim,
  side: "in" | "out",
  check: MeshCheck,
): Partial<Draft> => {
  const { failed, works } = view[side][check];
  return {
    nodes: [n],
    claim,
    failed,
    of: failed + works,
    contradictedBy: works,
    family: scope.family,
    places: 8,
  };
};

/** The node, or its pods, cut off in one direction or both. */
function ofNetwork(evidence: Evidence, candidate: Candidate, claim: Claim): Draft {
  const { n, partIn, partOut } = candidate;
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
  const told = { ...common(candidate, claim, isIn ? "in" : "out", check), layer, direction };
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

/** What may be wrong with an agent that does not even reach its own node. */
function ownFails({ view, partIn }: Candidate): FindingKind[] {
  const fails = view.own.echo === "fails" || view.own.tcp === "fails";
  return fails && partIn !== "node" ? ["pod-network", "local-exhaustion"] : [];
}

/** Nothing came of an agent that could have reported. A pod that is not there, or not ready, has its own reason. */
function saysNothing(evidence: Evidence, n: number): boolean {
  const why = evidence.missing[n]?.why;
  return (why === "silent" || why === "unreachable") && !evidence.heard(n);
}

function ofProcess(candidate: Candidate, claim: Claim): Draft {
  const told = common(candidate, claim, "in", "echo");
  return draft("pong", { ...told, layer: "process" });
}

/** Neither its own agent nor a NodePort tells: only how it fails does. */
function ofNetworkOrProcess(evidence: Evidence, candidate: Candidate, claim: Claim): Draft {
  const told = common(candidate, claim, "in", "echo");
  if (claim.share("connection_refused", "response_timeout", "bad_status") > 0.5)
    return draft("pong", { ...told, layer: "process", candidates: ["pod-network", "firewall"] });
  const found = ofNetwork(evidence, candidate, claim);
  return { ...found, candidates: [...found.candidates, "pong"] };
}

/** What the node itself answers: its kube-proxy, its kubelet's port, or both. */
function ofHost(evidence: Evidence, candidate: Candidate, part: Part, claim: Claim): Draft {
  const { n, view, partIn } = candidate;
  const side = partIn ? "in" : "out";
  if (part === "node-port" && side === "in") {
    const told = { ...common(candidate, claim, "in", "nodeport"), layer: "service" as const };
    if (view.in.echo.verdict === "unknown" && !hasPong(evidence, n))
      return draft("service-backend", told);
    return draft("node-port", { ...told, direction: "in" });
  }
  const told = {
    ...common(candidate, claim, side, part === "node-port" ? "nodeport" : "tcp"),
    layer: "node" as const,
    direction: side as Direction,
  };
  if (part === "host" && refuses(claim, false)) return draft("firewall", told);
  return draft("undetermined", {
    ...told,
    candidates: part === "host" ? ["firewall", "node-cut-off"] : ["firewall"],
    fact: part,
  });
}

/** Whether a pong of the node has an address at which it can be probed. */
function hasPong(evidence: Evidence, n: number): boolean {
  return evidence.planes.some((plane) => plane.check === "echo" && plane.column[n] !== -1);
}
