import type { Draft } from "../evidence/draft.ts";
import { Claim } from "../evidence/claim.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { MESH_CHECKS, type MeshCheck, type Scope } from "../evidence/mesh-planes.ts";
import {
  type Candidate,
  isUnheard,
  ofHost,
  ofNetwork,
  ofNetworkOrProcess,
  ofProcess,
  saysNothing,
  type Taken,
} from "./node-drafts.ts";
import { brokenPart, CHECKS_OF, isProcess, type Part } from "./node-faults.ts";
import type { Steps } from "@netchecker/round/steps";
import { isRefused } from "../evidence/refusals.ts";
import {
  nodeView,
  type NodeView,
  peerCounts,
  type Strictness,
  type Tallies,
} from "../evidence/node-verdicts.ts";

/** What a node's failures say once others are taken out of them is looked at so often: each look costs all nodes. */
const MOST_PASSES = 16;

/**
 * Faults of one node: all its peers fail to reach a part of it, or it fails to reach that part of all
 * its peers. The one that explains most goes first, and takes its failures with it.
 */
export function* nodeCauses(evidence: Evidence, strictness: Strictness): Steps<Draft[]> {
  const drafts: Draft[] = [];
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    const before = drafts.length;
    for (const { n, scope } of yield* candidates(evidence, strictness)) {
      yield;
      // What went before may have taken the failures that spoke for this one.
      const candidate = candidateAt(evidence, scope, n, strictness);
      const found = candidate && explain(evidence, candidate);
      if (found && found.claim.count > 0) drafts.push(found);
    }
    if (drafts.length === before) break;
  }
  return drafts;
}

function* candidates(evidence: Evidence, strictness: Strictness): Steps<Candidate[]> {
  const found: Candidate[] = [];
  for (const scope of evidence.scopes)
    for (let n = 0; n < evidence.size; n += 1) {
      if (!anyFailed(evidence, scope, n)) continue;
      yield;
      const candidate = candidateAt(evidence, scope, n, strictness);
      if (candidate) found.push(candidate);
    }
  return found.toSorted((a, b) => b.weight - a.weight);
}

function anyFailed(evidence: Evidence, scope: Scope, n: number): boolean {
  for (const check of MESH_CHECKS)
    for (const plane of scope.planes[check]) {
      if (plane.columnFailed[n]! > 0 || plane.rowFailed[n]! > 0) return true;
      if ((evidence.size < 3 || evidence.heardCount === 1) && evidence.failures > 0) return true;
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
  const refused = refusedByItself(evidence, n, view);
  const partIn = brokenPart(view.in) ?? brokenAlone(view) ?? refused;
  const partOut = brokenPart(view.out);
  const inWeight = partIn ? weigh(view.in, CHECKS_OF[partIn]) : 0;
  const outWeight = partOut ? weigh(view.out, CHECKS_OF[partOut]) : 0;
  const own = MESH_CHECKS.filter((check) => view.own[check] === "fails").length;
  const fewest = strictness === "lenient" ? 5 : 2;
  // One peer alone may as well be at fault itself, unless something else speaks against this node.
  const silenced =
    (partIn === "node" && isUnheard(evidence, n)) ||
    (partIn === "pods" && saysNothing(evidence, n));
  const second = own + (silenced ? 1 : 0);
  const most = strictness === "certain" ? CERTAIN : 0;
  const enough = (tallies: Tallies, part: Part | null, peers: number) => {
    if (part === null) return false;
    const failed = Math.max(...CHECKS_OF[part].map((check) => tallies[check].failed));
    return failed + second >= fewest && failed >= most * peers;
  };
  const heard = evidence.heardCount - Number(evidence.heard(n));
  const counted = {
    partIn: enough(view.in, partIn, heard) || partIn === refused ? partIn : null,
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

/** A kubelet that refuses the only agent that reports, its own: that is an answer, and nobody else is there to ask. */
function refusedByItself(evidence: Evidence, n: number, { own }: NodeView): Part | null {
  if (evidence.heardCount > 1 || own.tcp !== "fails" || own.echo === "fails") return null;
  if (!isRefused(evidence, "tcp", n, "itself")) return null;
  return own.nodeport === "fails" ? "host" : "kubelet";
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
  const counted = peersOf(evidence, candidate);
  const taken = {
    ...candidate,
    claim,
    peers: (side, check) => counted[side][check],
  } satisfies Taken;
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
    return ofNetwork(evidence, taken);
  }
  if (partIn === "node" || (partIn === "pods" && isProcess(view) === "no")) {
    take("in", partIn);
    if (partOut === partIn) take("out", partOut);
    return ofNetwork(evidence, taken);
  }
  if (partIn === "pods") {
    take("in", partIn);
    // Its ping would tell whether it is the pong alone; where that is silent too, it is rather both's network.
    const both = view.own.echo === "unknown" && saysNothing(evidence, n);
    return isProcess(view) === "yes" && !both
      ? ofProcess(taken)
      : ofNetworkOrProcess(evidence, taken);
  }
  if (partIn) {
    take("in", partIn);
    return ofHost(evidence, taken, partIn);
  }
  take("out", partOut!);
  return ofHost(evidence, taken, partOut!);
}

function peersOf(evidence: Evidence, { scope, n, view }: Candidate) {
  const alsoByItself = (side: "in" | "out", check: "tcp" | "nodeport") => {
    const counts = peerCounts(evidence, scope.planes[check], side, n);
    // Where nobody else asks, its own agent is all that can tell.
    return counts.of === 0 && view.own[check] === "fails" ? { failed: 1, of: 1 } : counts;
  };
  const of = (side: "in" | "out") => ({
    tcp: alsoByItself(side, "tcp"),
    nodeport: alsoByItself(side, "nodeport"),
    echo: peerCounts(evidence, scope.planes.echo, side, n),
  });
  return { in: of("in"), out: of("out") };
}
