import type { FindingCount } from "@netchecker/contract";
import { chanceOfAtLeast } from "../evidence/binomial.ts";
import { type Draft, draft } from "../evidence/draft.ts";
import { Claim } from "../evidence/claim.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { FAILED, LARGE_LOST, WORKS } from "../evidence/outcome-state.ts";
import { Retries } from "../evidence/retries.ts";
import type { Steps } from "@netchecker/round/steps";

/** What chance alone does hardly once in so many rounds is an alarm; what it does now and then is told as info. */
const RARE = 1e-5;
const SELDOM = 1e-2;
/** Less than this above what is usual in the cluster is nothing to act on. */
const FEWEST_MORE = 0.02;
const FEWEST_PEERS = 3;
/** So many lossy pairs are told of one by one, of each severity. */
const MOST_PAIRS = 250;

/**
 * It works, but not at the first attempt: packets are lost at a node, or between two. Judged against the
 * rest of the cluster, whatever its own rate is.
 */
export function* lossCauses(evidence: Evidence, found: readonly Draft[]): Steps<Draft[]> {
  const pongs = found.filter(({ kind }) => kind === "pong");
  const busy = new Set(pongs.flatMap(({ nodes }) => nodes));
  const retries = yield* Retries.of(evidence, busy);
  if (retries.totalAgain === 0 && evidence.open === 0) return [];
  const lossy = new Set<number>();
  const nodes = yield* lossyNodes(evidence, retries, lossy);
  return [...nodes, ...(yield* lossyPairs(evidence, retries, lossy))];
}

function* lossyNodes(evidence: Evidence, retries: Retries, found: Set<number>): Steps<Draft[]> {
  const drafts: Draft[] = [];
  for (;;) {
    const worst = yield* worstNode(retries, found);
    if (worst === null) return drafts;
    found.add(worst.n);
    drafts.push({
      ...atNode(evidence, retries, worst.n),
      ...severityBy(Math.max(worst.chance, worst.unsureChance)),
    });
    forget(retries, worst.n, found);
  }
}

/** A node, and the chance that some node of the cluster is like this for no reason. */
interface Lossy {
  readonly n: number;
  readonly chance: number;
  /** The same, were nothing known of the cluster's usual rate but this round's retries. */
  readonly unsureChance: number;
}

/** The node whose probes need most attempts, if that is no chance; the rest of the mesh is the measure. */
function* worstNode(retries: Retries, found: ReadonlySet<number>): Steps<Lossy | null> {
  let worst: Lossy | null = null;
  let least = SELDOM;
  // Nothing is less likely than what is never chance.
  for (let n = 0; n < retries.size && least > 0; n += 1) {
    yield;
    if (found.has(n) || retries.again[n]! < FEWEST_PEERS) continue;
    const again = retries.again[n]!;
    const of = retries.of[n]!;
    const usual = (retries.totalAgain - again + 0.5) / (retries.total - of + 1);
    if (again / of < usual + FEWEST_MORE || again / of < 2 * usual) continue;
    const chance = retries.size * chanceOfAtLeast(again, of, usual);
    if (chance < least && peersOf(retries, n, found) >= spread(retries)) {
      const among = chanceOfAtLeast(again, retries.totalAgain, of / retries.total);
      worst = { n, chance, unsureChance: retries.size * among };
      least = chance;
    }
  }
  return worst;
}

const severityBy = (chance: number) => ({ severity: chance < RARE ? null : ("info" as const) });

/** A node's own loss shows with many peers; with one alone it is the path's. */
const spread = ({ size }: Retries) => Math.min(FEWEST_PEERS, size - 1);

function peersOf(retries: Retries, n: number, found: ReadonlySet<number>): number {
  let peers = 0;
  for (let peer = 0; peer < retries.size; peer += 1)
    if (peer !== n && !found.has(peer) && retries.troubled(n, peer) > 0) peers += 1;
  return peers;
}

/** What a lossy node does to its peers is not theirs. */
function forget(retries: Retries, n: number, found: ReadonlySet<number>): void {
  for (let peer = 0; peer < retries.size; peer += 1) {
    if (found.has(peer)) continue;
    retries.again[peer]! -= Math.min(retries.again[peer]!, retries.troubled(n, peer));
    retries.of[peer]! -= Math.min(retries.of[peer]!, retries.perPair);
  }
  retries.totalAgain -= retries.again[n]!;
  retries.total -= retries.of[n]!;
}

function atNode(evidence: Evidence, retries: Retries, n: number): Draft {
  const claim = new Claim();
  for (const plane of evidence.planes)
    for (let peer = 0; peer < evidence.size; peer += 1) {
      if (peer === n) continue;
      if (isLost(evidence, plane.type, peer, plane.column[n]!))
        evidence.explain(claim, plane, peer, n);
      if (isLost(evidence, plane.type, n, plane.column[peer]!))
        evidence.explain(claim, plane, n, peer);
    }
  return draft("packet-loss", {
    nodes: [n],
    layer: "node",
    claim,
    failed: retries.again[n]!,
    of: retries.of[n]!,
    fact: `${claim.count} failed after all`,
  });
}

function isLost(evidence: Evidence, type: "pod" | "node", a: number, target: number): boolean {
  if (target === -1) return false;
  return evidence
    .reasonAt(type, evidence.round.matrices[type].cell(a, target))
    .endsWith("_timeout");
}

/** Of pairs there are many, so that only most of a pair's probes are no chance. */
function* lossyPairs(
  evidence: Evidence,
  retries: Retries,
  lossy: ReadonlySet<number>,
): Steps<Draft[]> {
  const usual = (retries.totalAgain + 0.5) / (retries.total + 1);
  const places = (retries.size * (retries.size - 1)) / 2;
  let fewest = 2;
  while (places * chanceOfAtLeast(fewest, retries.perPair, usual) > SELDOM) fewest += 1;
  const told = { alarm: [] as Draft[], info: [] as Draft[] };
  const beyond = { alarm: 0, info: 0 };
  const claim = new Claim();
  for (let a = 0; a < retries.size; a += 1)
    for (let b = a + 1; b < retries.size; b += 1) {
      if (b % PAIRS_A_STEP === 0) yield;
      const troubled = retries.troubled(a, b);
      if (troubled < fewest || lossy.has(a) || lossy.has(b)) continue;
      const { works, failed, whole, mixed } = outcomesBetween(evidence, a, b);
      const again = troubled - failed;
      const of = works + failed;
      // Whatever fails as a whole is the route's; that something else needed two attempts is chance.
      if (troubled < of / 3 || (whole ? again < 2 : again <= 0 && !mixed)) continue;
      const others = Math.max(usual, rateWithout(retries, a, again, works));
      const chance = places * chanceOfAtLeast(troubled, of, others);
      if (chance >= SELDOM) continue;
      const severity = chance < RARE ? "alarm" : "info";
      // In the order of nodes, so that they are the same from round to round.
      if (told[severity].length < MOST_PAIRS)
        told[severity].push({
          ...between(evidence, a, b, troubled, of),
          ...severityBy(chance),
        });
      else {
        beyond[severity] += 1;
        explainBetween(evidence, claim, a, b);
      }
    }
  return [...told.alarm, ...told.info, ...furtherPairs(claim, beyond)];
}

/** So many pairs are looked at before others have their turn. */
const PAIRS_A_STEP = 256;

/** More pairs than are told one by one, in one draft that counts them. */
function furtherPairs(claim: Claim, { alarm, info }: { alarm: number; info: number }): Draft[] {
  const more: FindingCount[] = [
    { kind: "packet-loss", severity: "warning", count: alarm },
    { kind: "packet-loss", severity: "info", count: info },
  ];
  const some = more.filter(({ count }) => count > 0);
  return some.length === 0 ? [] : [draft("more", { claim, more: some })];
}

function rateWithout(retries: Retries, n: number, again: number, of: number): number {
  const left = retries.of[n]! - of;
  return left <= 0 ? 0 : Math.max(0, retries.again[n]! - again) / left;
}

/**
 * What is known between two nodes. whole: all that failed is one layer in one way or both, as a route's is.
 * mixed: both ways fail, and no layer does as a whole.
 */
function outcomesBetween(evidence: Evidence, a: number, b: number) {
  const ways = [statesFrom(evidence, a, b), statesFrom(evidence, b, a)];
  const all = ways.flatMap(({ node, pod }) => [...node, ...pod]);
  const works = all.filter((state) => state === WORKS).length;
  const failed = all.length - works;
  const alike = ways.every(({ node, pod }) => isOne(node) && isOne(pod));
  // No route loses what a node sends and carries what its pods send, and none asks for the size one way only.
  const upsideDown = ways.some(({ node, pod }) => node.includes(FAILED) && !isAll(pod, FAILED));
  const sized = all.includes(LARGE_LOST) && all.includes(FAILED);
  return {
    works,
    failed,
    whole: failed > 0 && alike && !upsideDown && !sized,
    mixed:
      ways.every((way) => [...way.node, ...way.pod].some((state) => state !== WORKS)) &&
      ways.some(({ node }) => !isOne(node)),
  };
}

/** What a's probes of b say, by the network that they cross. */
function statesFrom(evidence: Evidence, a: number, b: number) {
  const states: Record<"node" | "pod", number[]> = { node: [], pod: [] };
  for (const plane of evidence.planes) {
    const state = evidence.at(plane, a, b);
    if (state === WORKS || state === FAILED || state === LARGE_LOST) states[plane.type].push(state);
  }
  return states;
}

const isAll = (states: readonly number[], one: number) => states.every((state) => state === one);
const isOne = (states: readonly number[]) => isAll(states, states[0] ?? WORKS);

function between(evidence: Evidence, a: number, b: number, troubled: number, of: number): Draft {
  const claim = new Claim();
  explainBetween(evidence, claim, a, b);
  return draft("packet-loss", {
    nodes: [a],
    peers: [b],
    layer: "node",
    claim,
    failed: troubled,
    of,
    fact: `${claim.count} failed after all`,
  });
}

function explainBetween(evidence: Evidence, claim: Claim, a: number, b: number): void {
  for (const plane of evidence.planes) {
    evidence.explain(claim, plane, a, b);
    evidence.explain(claim, plane, b, a);
  }
}
