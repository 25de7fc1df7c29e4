import { type Draft, draft } from "../evidence/draft.ts";
import { Claim } from "../evidence/claim.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { CHECKS_OF, brokenPart, type Part } from "./node-faults.ts";
import { UNKNOWN } from "../evidence/outcome-state.ts";
import { machineAnswers, saysNothing } from "./node-drafts.ts";
import { nodeView } from "../evidence/node-verdicts.ts";
import type { Steps } from "@netchecker/round/steps";
import type { Topology } from "../evidence/topology.ts";

/** So many nodes do not fall silent together by themselves. */
export const TOO_MANY_FOR_CHANCE = 4;

/**
 * Nodes of which nothing is heard, and that none of those that are heard reaches: cut off together, from
 * the part of the cluster where Redis is. Whether they reach each other cannot be known.
 */
export function* silentGroups(evidence: Evidence, topology: Topology): Steps<Draft[]> {
  const drafts: Draft[] = [];
  for (const part of ["node", "pods"] as const) {
    const silent = yield* silentNodes(evidence, part);
    const heard = evidence.nodes.map((_, n) => n).filter((n) => evidence.heard(n));
    if (silent.length < 2 || heard.length === 0) continue;
    if (heard.length === 1 && reachesNone(evidence, part, heard[0]!)) {
      drafts.push(loneReporter(evidence, part, heard[0]!, silent));
      continue;
    }
    const among = new Set(silent);
    for (const together of byOnset(evidence, silent)) {
      if (together.length < 2) continue;
      yield;
      drafts.push(...ofOneEvent(evidence, topology, part, together, among));
    }
  }
  return drafts;
}

/** Those that fell silent at one time, as one cause; none where they have nothing in common. */
function ofOneEvent(
  evidence: Evidence,
  topology: Topology,
  part: "node" | "pods",
  together: readonly number[],
  silent: ReadonlySet<number>,
): Draft[] {
  const these = new Set(together);
  const isAway = (n: number) => silent.has(n) || evidence.missing[n]?.planned != null;
  // Whether those fell silent with these is not known; they do not tell that these have no place in common.
  const unsure = evidence.nodes.flatMap((_, n) =>
    !evidence.heard(n) && !these.has(n) && isAway(n) ? [n] : [],
  );
  const group = togetherOf(evidence, topology, together, part === "node" ? unsure : []);
  if (group.length === 0) return [];
  const away = new Set([...group, ...unsure]);
  const others = evidence.nodes.map((_, n) => n).filter((n) => !away.has(n));
  if (neighboursMiss(evidence, group))
    return part === "node" ? [downTogether(evidence, group, others)] : [];
  return [apart(evidence, part, group, others)];
}

/** Kubernetes notices nodes that go at once within seconds of each other; so long after each other are two events. */
const ONE_EVENT_MS = 300_000;

/** Silent nodes by when they fell silent, as far as Kubernetes tells: those that have been away for long are not part of what happens now. */
function byOnset(evidence: Evidence, silent: readonly number[]): number[][] {
  const now = Date.parse(evidence.round.head.startedAt);
  const onsetOf = (n: number) => evidence.kubernetes.notReady(n)?.since || now;
  const groups: number[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const n of silent.toSorted((a, b) => onsetOf(a) - onsetOf(b))) {
    if (onsetOf(n) - last > ONE_EVENT_MS) groups.push([]);
    groups.at(-1)!.push(n);
    last = onsetOf(n);
  }
  return groups.map((group) => group.toSorted((a, b) => a - b));
}

function reachesNone(evidence: Evidence, part: "node" | "pods", n: number): boolean {
  const checks = part === "node" ? CHECKS_OF.node : (["echo"] as const);
  return checks.every((check) =>
    evidence.scopes[0]!.planes[check].every(({ rowWorks }) => rowWorks[n] === 0),
  );
}

/** Those of some silent nodes that are silent for one reason: a whole place, or more than chance picks. */
export function togetherOf(
  evidence: Evidence,
  topology: Topology,
  silent: readonly number[],
  unsure: readonly number[] = [],
): readonly number[] {
  const place = topology.placeOf(silent, unsure);
  const beside = silent.length - (place?.length ?? 0);
  const away = new Set([...silent, ...unsure]);
  const rest = evidence.nodes.map((_, n) => n).filter((n) => !away.has(n));
  const whole = beside >= TOO_MANY_FOR_CHANCE || topology.placeOf(rest)?.length === rest.length;
  return whole ? silent : (place ?? []);
}

function* silentNodes(evidence: Evidence, part: Part): Steps<number[]> {
  const silent: number[] = [];
  for (let n = 0; n < evidence.size; n += 1) {
    yield;
    if (isSilent(evidence, part, n)) silent.push(n);
  }
  return silent;
}

function isSilent(evidence: Evidence, part: Part, n: number): boolean {
  const why = evidence.missing[n]?.why;
  if (why === undefined || why === "redis_away" || evidence.heard(n)) return false;
  if (evidence.absenceExplained[n]) return false;
  // A pod that is not there says nothing of its node: the pods of dead nodes are taken away after a while.
  if (part === "pods" && !saysNothing(evidence, n)) return false;
  // It is not away: each that refuses has its own reason.
  if (part === "node" && machineAnswers(evidence, n)) return false;
  const { in: towards } = nodeView(evidence, evidence.scopes[0]!, n, "strict");
  // A NodePort that fails too speaks against the process, not the network.
  const process = part === "pods" && towards.nodeport.verdict === "fails";
  return brokenPart(towards) === part && !process;
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

/** What is told of the only one that reports, and reaches nobody. */
export const LONE_REPORTER = "lone";

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
    fact: LONE_REPORTER,
  });
}

/** Several whose neighbours say that they are gone: each of them is down, and for one reason. */
function downTogether(
  evidence: Evidence,
  silent: readonly number[],
  others: readonly number[],
): Draft {
  const pairs = pairsAmong(evidence, others, silent);
  const claim = claimAll(evidence, "node", others, silent);
  return draft("node-down", {
    nodes: silent,
    layer: "node",
    direction: "both",
    candidates: ["node-cut-off"],
    claim,
    failed: pairs,
    of: pairs,
    fact: GONE_TOGETHER,
  });
}

/** What is told of nodes that their neighbours say are gone. */
export const GONE_TOGETHER = "gone";

/** How many ordered pairs of some nodes and others were measured. */
function pairsAmong(evidence: Evidence, from: readonly number[], to: readonly number[]): number {
  let pairs = 0;
  for (const a of from)
    for (const b of to)
      if (evidence.planes.some((plane) => evidence.at(plane, a, b) !== UNKNOWN)) pairs += 1;
  return pairs;
}

function apart(
  evidence: Evidence,
  part: "node" | "pods",
  silent: readonly number[],
  others: readonly number[],
): Draft {
  const pairs = pairsAmong(evidence, others, silent);
  const claim = claimAll(evidence, part, others, silent);
  // Nothing is heard of them, however many they are: they are what it is about.
  return draft("partition", {
    nodes: silent,
    peers: others,
    layer: part === "node" ? "node" : "pod-network",
    direction: "both",
    candidates: [part === "node" ? "node-down" : "pod-network"],
    claim,
    failed: pairs,
    of: pairs,
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
