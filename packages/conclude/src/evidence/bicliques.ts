import type { Steps } from "@netchecker/round/steps";
import { has, overlap, type PairGraph, sizeOf } from "./pair-graph.ts";

/** All of `from` fail towards all of `to`. */
export interface Biclique {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** A node belongs to a side when so much of what is known of it says so. */
const BELONGS = 0.8;
/** Of the pairs between two sides so many are bad: a fault of groups has no exceptions, but a round has an end. */
const DENSE = 0.95;
const FEWEST = 2;
const MOST_SEEDS = 32;

/**
 * A group of nodes of which all fail towards all of another group, the largest first, or null. The
 * groups are disjoint and of at least two nodes each. Pairs of which nothing is known do not count.
 */
export function* findBiclique(graph: PairGraph): Steps<Biclique | null> {
  const seeds = Array.from({ length: graph.size }, (_, a) => ({
    a,
    degree: sizeOf(graph.badRow(a)),
  }))
    .filter(({ degree }) => degree >= FEWEST)
    .toSorted((x, y) => y.degree - x.degree)
    .slice(0, MOST_SEEDS);
  let best: Biclique | null = null;
  for (const { a } of seeds) {
    if (best && (best.from.includes(a) || best.to.includes(a))) continue;
    const found: Biclique | null = yield* grow(graph, graph.members(graph.badRow(a)));
    if (found && area(found) > (best ? area(best) : 0)) best = found;
  }
  return best;
}

const area = ({ from, to }: Biclique) => from.length * to.length;

function* grow(graph: PairGraph, seed: readonly number[]): Steps<Biclique | null> {
  let to = seed;
  let from: number[] = [];
  for (let pass = 0; pass < 3; pass += 1) {
    const mask = graph.maskOf(to);
    from = [];
    for (let a = 0; a < graph.size; a += 1) {
      yield;
      const bad = graph.badAmong(a, to, mask);
      if (bad > 0 && belongs(bad, graph.goodAmong(a, mask, mostGood(bad)))) from.push(a);
    }
    if (from.length < FEWEST) return null;
    to = yield* targetsOf(graph, from);
    if (to.length < FEWEST) return null;
  }
  return density(graph, from, to) >= DENSE ? { from, to } : null;
}

const belongs = (bad: number, good: number) => bad > 0 && bad >= BELONGS * (bad + good);
/** Who is good towards more than so many does not belong, however many more; rounded up, as 0.8 is no binary number. */
const mostGood = (bad: number) => Math.ceil((bad * (1 - BELONGS)) / BELONGS);

/** Those that are none of `from`, and towards which most of them fail. */
function* targetsOf(graph: PairGraph, from: readonly number[]): Steps<number[]> {
  const bad = new Uint32Array(graph.size);
  for (const a of from) {
    yield;
    for (const b of graph.members(graph.badRow(a))) bad[b]! += 1;
  }
  const sources = graph.maskOf(from);
  const goodTowards = (b: number, most: number) => {
    let good = 0;
    for (let index = 0; index < from.length && good <= most; index += 1)
      if (graph.isGood(from[index]!, b)) good += 1;
    return good;
  };
  const targets: number[] = [];
  for (let b = 0; b < graph.size; b += 1) {
    if (bad[b] === 0 || has(sources, b)) continue;
    yield;
    if (belongs(bad[b]!, goodTowards(b, mostGood(bad[b]!)))) targets.push(b);
  }
  return targets;
}

/** The share of the known pairs between two sides that is bad; 0 where nothing is known. */
export function density(graph: PairGraph, from: readonly number[], to: readonly number[]): number {
  const mask = graph.maskOf(to);
  let bad = 0;
  let good = 0;
  for (const a of from) {
    bad += overlap(graph.badRow(a), mask);
    good += graph.goodAmong(a, mask);
  }
  return bad === 0 ? 0 : bad / (bad + good);
}
