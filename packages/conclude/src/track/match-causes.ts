import type { Cause, FindingKind } from "@netchecker/contract";
import type { Tracked } from "./findings-memory.ts";
import { JOINED_KINDS } from "../causes/join-alike.ts";
import type { Steps } from "@netchecker/round/steps";

/** What one cause may look like from round to round, as more or less of it is seen. */
const KIN: readonly ReadonlySet<FindingKind>[] = [
  new Set(["node-down", "node-cut-off", "not-ready", "firewall", "undetermined"]),
  new Set(["node-down", "partition"]),
  new Set(["pod-network", "firewall", "undetermined"]),
  new Set(["route", "firewall", "undetermined"]),
  new Set(["partition", "firewall"]),
  new Set(["egress", "firewall"]),
  new Set(["agent-missing", "agent-silent"]),
];

/** Groups that have lost or won some nodes are still the same; those of agents alone, while any is left. */
const SAME_GROUPS = 0.5;

/** By cause: which known finding it is, if any. The best match goes first; each finding is one cause at most. */
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
        const score = likeness(tracked.finding, cause);
        if (score > 0) pairs.push({ cause, tracked, score });
        if (near.size % LOOKS_A_STEP === 0) yield;
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

/** So many known findings a cause is held against before others have their turn. */
const LOOKS_A_STEP = 32;

/** Where findings may be met again; `*` is everywhere. */
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

function likeness(a: Cause, b: Cause): number {
  const kinds = likeKinds(a, b);
  if (kinds === 0 || a.target !== b.target) return 0;
  const grows = JOINED_KINDS.has(b.kind) || (a.kind === "node-down" && fellSilent(b));
  return kinds * likePlaces(a, b, grows ? 0 : SAME_GROUPS);
}

/** A group of nodes of which nothing is heard: apart together, or down. */
export function fellSilent({ kind, candidates }: Cause): boolean {
  return kind === "partition" && candidates.includes("node-down");
}

/** A finding about several nodes, each of which it is said of. */
export function isOfMany(cause: Cause): boolean {
  return cause.nodes.length > 1 && (JOINED_KINDS.has(cause.kind) || fellSilent(cause));
}

/** Whether what is said of one place is said of it within another, greater one. */
export function isWithin(part: Cause, whole: Cause): boolean {
  return (
    isOfMany(whole) &&
    part.planned === whole.planned &&
    part.nodes.length > 0 &&
    part.nodes.length < whole.nodes.length &&
    (part.peers.length === 0 || fellSilent(part)) &&
    likeKinds(part, whole) > 0 &&
    isAmong(part.nodes, namesOf(whole))
  );
}

function likeKinds(a: Cause, b: Cause): number {
  if (a.kind === b.kind) return 2;
  if (a.layer !== b.layer) return 0;
  // Only a group that fell silent is akin to nodes that are down.
  if (a.kind === "partition" && b.kind === "node-down" && !fellSilent(a)) return 0;
  if (b.kind === "partition" && a.kind === "node-down" && !fellSilent(b)) return 0;
  return KIN.some((kin) => kin.has(a.kind) && kin.has(b.kind)) ? 1 : 0;
}

function likePlaces(a: Cause, b: Cause, enough: number): number {
  // One node's fault that turns out to be everybody's, or the last of everybody's.
  if (a.nodes.length === 0 || b.nodes.length === 0)
    return a.nodes.length === b.nodes.length ? 1 : a.kind === b.kind ? 0.1 : 0;
  // Nodes that are down together may as well be one side of a partition.
  if (a.kind !== b.kind && (a.kind === "partition" || b.kind === "partition"))
    return Math.max(...sidesOf(a).flatMap((x) => sidesOf(b).map((y) => likeSets(x, y, enough))));
  return likeSets(placeNames(a), placeNames(b), enough);
}

const namesKnown = new WeakMap<Cause, ReadonlySet<string>>();
const placesKnown = new WeakMap<Cause, ReadonlySet<string>>();

/** The nodes of a cause, and all its places: made once, for it is held against many others. */
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

function likeSets(ofA: ReadonlySet<string>, ofB: ReadonlySet<string>, enough: number): number {
  const [fewer, more] = ofA.size < ofB.size ? [ofA, ofB] : [ofB, ofA];
  let common = 0;
  for (const each of fewer) if (more.has(each)) common += 1;
  const overlap = common / (ofA.size + ofB.size - common);
  const groups = ofA.size > 2 || ofB.size > 2;
  return overlap === 1 || (groups && overlap >= enough) ? overlap : 0;
}
