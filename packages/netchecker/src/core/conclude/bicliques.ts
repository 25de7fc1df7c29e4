import type { PairGraph } from "./pair-graph.ts";

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
const MOST_SEEDS = 64;

/**
 * A group of nodes of which all fail towards all of another group, the largest first, or null. The
 * groups are disjoint and of at least two nodes each. Pairs of which nothing is known do not count.
 */
export function findBiclique(graph: PairGraph): Biclique | null {
  const seeds = Array.from({ length: graph.size }, (_, a) => ({
    a,
    degree: graph.degree(graph.bad, a),
  }))
    .filter(({ degree }) => degree >= FEWEST)
    .toSorted((x, y) => y.degree - x.degree)
    .slice(0, MOST_SEEDS);
  let best: Biclique | null = null;
  for (const { a } of seeds) {
    if (best && (best.from.includes(a) || best.to.includes(a))) continue;
    const found = grow(graph, graph.members(graph.row(graph.bad, a)));
    if (found && area(found) > (best ? area(best) : 0)) best = found;
  }
  return best;
}

const area = ({ from, to }: Biclique) => from.length * to.length;

function grow(graph: PairGraph, seed: readonly number[]): Biclique | null {
  let to = seed;
  let from: number[] = [];
  for (let pass = 0; pass < 3; pass += 1) {
    const mask = graph.maskOf(to);
    from = [];
    for (let a = 0; a < graph.size; a += 1) {
      const bad = graph.overlap(graph.bad, a, mask);
      if (bad > 0 && bad >= BELONGS * (bad + graph.overlap(graph.good, a, mask))) from.push(a);
    }
    const sources = new Set(from);
    to = Array.from({ length: graph.size }, (_, b) => b).filter((b) => {
      if (sources.has(b)) return false;
      const bad = graph.columnCount(graph.bad, from, b);
      return bad > 0 && bad >= BELONGS * (bad + graph.columnCount(graph.good, from, b));
    });
    if (from.length < FEWEST || to.length < FEWEST) return null;
  }
  return density(graph, from, to) >= DENSE ? { from, to } : null;
}

/** The share of the known pairs between two sides that is bad; 0 where nothing is known. */
export function density(graph: PairGraph, from: readonly number[], to: readonly number[]): number {
  const mask = graph.maskOf(to);
  let bad = 0;
  let good = 0;
  for (const a of from) {
    bad += graph.overlap(graph.bad, a, mask);
    good += graph.overlap(graph.good, a, mask);
  }
  return bad === 0 ? 0 : bad / (bad + good);
}
