import type { Cause, FindingKind } from "@netchecker/contract";
import type { Tracked } from "./findings-memory.ts";
import { JOINED_KINDS } from "../causes/join-alike.ts";
import type { Steps } from "@netchecker/round/steps";

/** Kinds that one cause may have in different rounds, as agents see more or less of it. */
const RELATED_KINDS: readonly ReadonlySet<FindingKind>[] = [
  new Set(["node-down", "node-cut-off", "not-ready", "firewall", "undetermined"]),
  new Set(["node-down", "partition"]),
  new Set(["pod-network", "firewall", "undetermined"]),
  new Set(["route", "firewall", "undetermined"]),
  new Set(["partition", "firewall"]),
  new Set(["egress", "firewall"]),
  new Set(["agent-missing", "agent-silent"]),
];

/** Two groups of nodes are the same finding if they share this much of all their nodes. */
const MIN_GROUP_OVERLAP = 0.5;

/**
 * Finds the known finding that continues in each cause, if any. Better matches are taken first, and each finding once.
 */
export function* matchCauses(
  known: readonly Tracked[],
  causes: readonly Cause[],
): Steps<Map<Cause, Tracked>> {
  const byPlace = yield* placesOf(known);
  const pairs: { cause: Cause; tracked: Tracked; score: number }[] = [];
  for (const cause of causes) {
    const places = [
      "*",
      ...(cause.nodes.length === 0 ? byPlace.keys() : cause.nodes),
      ...cause.peers,
    ];
    const near = new Set<Tracked>();
    for (const place of places)
      for (const tracked of byPlace.get(place) ?? []) {
        if (near.has(tracked)) continue;
        near.add(tracked);
        const score = similarity(tracked.finding, cause);
        if (score > 0) pairs.push({ cause, tracked, score });
        if (near.size % COMPARISONS_PER_STEP === 0) yield;
      }
    yield;
  }
  const matches = new Map<Cause, Tracked>();
  const taken = new Set<Tracked>();
  for (const { cause, tracked } of pairs.toSorted((a, b) => b.score - a.score)) {
    if (matches.has(cause) || taken.has(tracked)) continue;
    matches.set(cause, tracked);
    taken.add(tracked);
  }
  return matches;
}

/** How many comparisons one step makes. */
const COMPARISONS_PER_STEP = 32;

/** The known findings by node; `*` has those about all nodes. */
function* placesOf(known: readonly Tracked[]): Steps<Map<string, Tracked[]>> {
  const byPlace = new Map<string, Tracked[]>();
  for (const tracked of known) {
    yield;
    const { nodes, peers } = tracked.finding;
    for (const place of nodes.length === 0 ? ["*", ...peers] : [...nodes, ...peers]) {
      const at = byPlace.get(place);
      if (at) at.push(tracked);
      else byPlace.set(place, [tracked]);
    }
  }
  return byPlace;
}

function similarity(a: Cause, b: Cause): number {
  const kinds = kindSimilarity(a, b);
  if (kinds === 0 || a.target !== b.target) return 0;
  // A cause that is true of each of its nodes is the same one while it shares any node.
  const trueOfEach = JOINED_KINDS.has(b.kind) || (a.kind === "node-down" && fellSilent(b));
  return kinds * placeSimilarity(a, b, trueOfEach ? 0 : MIN_GROUP_OVERLAP);
}

/** Whether a cause is about a group of silent nodes, which are either down or cut off together. */
export function fellSilent({ kind, candidates }: Cause): boolean {
  return kind === "partition" && candidates.includes("node-down");
}

/** Whether a cause is about several nodes and is true of each of them. */
export function isGroupCause(cause: Cause): boolean {
  return cause.nodes.length > 1 && (JOINED_KINDS.has(cause.kind) || fellSilent(cause));
}

/** Whether `whole` says the same as `part`, about the same nodes and more. */
export function isWithin(part: Cause, whole: Cause): boolean {
  return (
    isGroupCause(whole) &&
    part.planned === whole.planned &&
    part.nodes.length > 0 &&
    part.nodes.length < whole.nodes.length &&
    (part.peers.length === 0 || fellSilent(part)) &&
    kindSimilarity(part, whole) > 0 &&
    isAmong(part.nodes, namesOf(whole))
  );
}

function kindSimilarity(a: Cause, b: Cause): number {
  if (a.kind === b.kind) return 2;
  if (a.layer !== b.layer) return 0;
  // Of the partitions, only a group that fell silent is related to nodes that are down.
  if (a.kind === "partition" && b.kind === "node-down" && !fellSilent(a)) return 0;
  if (b.kind === "partition" && a.kind === "node-down" && !fellSilent(b)) return 0;
  return RELATED_KINDS.some((kinds) => kinds.has(a.kind) && kinds.has(b.kind)) ? 1 : 0;
}

function placeSimilarity(a: Cause, b: Cause, minOverlap: number): number {
  // A fault of one node may spread to all nodes, or a fault of all nodes may be left at one.
  if (a.nodes.length === 0 || b.nodes.length === 0)
    return a.nodes.length === b.nodes.length ? 1 : a.kind === b.kind ? 0.1 : 0;
  // Nodes that are down together may also be one side of a partition.
  if (a.kind !== b.kind && (a.kind === "partition" || b.kind === "partition"))
    return Math.max(
      ...sidesOf(a).flatMap((x) => sidesOf(b).map((y) => setOverlap(x, y, minOverlap))),
    );
  return setOverlap(placeNames(a), placeNames(b), minOverlap);
}

const namesKnown = new WeakMap<Cause, ReadonlySet<string>>();
const placesKnown = new WeakMap<Cause, ReadonlySet<string>>();

/** Sets of a cause's node names. They are cached, because a cause is compared with many others. */
const namesOf = (cause: Cause) => knownSet(namesKnown, cause, ({ nodes }) => nodes);
const placeNames = (cause: Cause) =>
  knownSet(placesKnown, cause, ({ nodes, peers }) => [...nodes, ...peers]);

function knownSet(
  known: WeakMap<Cause, ReadonlySet<string>>,
  cause: Cause,
  of: (cause: Cause) => readonly string[],
): ReadonlySet<string> {
  const before = known.get(cause);
  if (before) return before;
  const made = new Set(of(cause));
  known.set(cause, made);
  return made;
}

const isAmong = (some: readonly string[], all: ReadonlySet<string>) =>
  some.every((each) => all.has(each));

function sidesOf({ kind, nodes, peers }: Cause): ReadonlySet<string>[] {
  return kind === "partition" ? [new Set(nodes), new Set(peers)] : [new Set([...nodes, ...peers])];
}

function setOverlap(
  ofA: ReadonlySet<string>,
  ofB: ReadonlySet<string>,
  minOverlap: number,
): number {
  const [fewer, more] = ofA.size < ofB.size ? [ofA, ofB] : [ofB, ofA];
  let common = 0;
  for (const each of fewer) if (more.has(each)) common += 1;
  const overlap = common / (ofA.size + ofB.size - common);
  const groups = ofA.size > 2 || ofB.size > 2;
  return overlap === 1 || (groups && overlap >= minOverlap) ? overlap : 0;
}
