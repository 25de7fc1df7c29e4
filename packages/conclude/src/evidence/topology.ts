import { type ClusterView, familyOf, type NodeRecord } from "@netchecker/round/cluster-view";
import { KIND_LABELS, PLACE_LABELS } from "@netchecker/round/node-places";

/** More places than this have no name in common. */
const MOST_NAMED = 3;

/** Where nodes stand: for each kind of place, the name of each node's. */
export class Topology {
  readonly #places: readonly (readonly (string | null)[])[];
  /** What nodes have in common beside a place, in the same form. */
  readonly #kinds: readonly (readonly (string | null)[])[];

  constructor(view: ClusterView, nodes: readonly string[]) {
    const records = new Map(view.nodes.map((node) => [node.name, node]));
    const placesBy = (placeOf: (node: NodeRecord) => string | null) =>
      nodes.map((name) => {
        const record = records.get(name);
        return record ? placeOf(record) : null;
      });
    const byLabel = (all: typeof PLACE_LABELS) =>
      all.map(([word, label]) =>
        placesBy(({ labels }) => (labels[label] ? `${word} ${labels[label]}` : null)),
      );
    this.#places = [...byLabel(PLACE_LABELS), placesBy(subnetOf)];
    this.#kinds = byLabel(KIND_LABELS);
  }

  /**
   * What all of `group` have in common and none of `others` has, such as `zone a`; of several places that are
   * all theirs, `zone a and zone b`; null where nothing.
   */
  nameOf(group: readonly number[], others: readonly number[]): string | null {
    let several: string | null = null;
    for (const places of [...this.#places, ...this.#kinds]) {
      const names = new Set(group.map((n) => places[n] ?? null));
      if (names.has(null) || others.some((n) => names.has(places[n] ?? null))) continue;
      if (names.size === 1) return [...names][0]!;
      if (names.size <= MOST_NAMED && names.size < group.length)
        several ??= [...names].join(" and ");
    }
    return several;
  }

  /**
   * The largest place of which all nodes are among `some`, as those of its nodes that are; of two of them at
   * least, and not all there are. Of `unsure` nodes it is not known whether they belong to it.
   */
  placeOf(some: readonly number[], unsure: readonly number[] = []): number[] | null {
    const among = new Set(some);
    const maybe = new Set(unsure);
    let largest: number[] | null = null;
    for (const places of this.#places) {
      const members = Map.groupBy(places.keys(), (n) => places[n]!);
      members.delete(null as never);
      for (const all of members.values()) {
        const nodes = all.filter((n) => among.has(n));
        if (
          nodes.length >= 2 &&
          all.length < places.length &&
          nodes.length > (largest?.length ?? 0) &&
          all.every((n) => among.has(n) || maybe.has(n))
        )
          largest = nodes;
      }
    }
    return largest;
  }

  /** The zone of a node, else null. */
  zoneOf(n: number): string | null {
    return this.#places[0]![n] ?? null;
  }
}

/** The /24 of a node's first address; IPv6 has no such custom. */
function subnetOf({ addresses }: NodeRecord): string | null {
  const [first] = addresses;
  if (first === undefined || familyOf(first) === 6) return null;
  return `subnet ${first.slice(0, first.lastIndexOf("."))}.0/24`;
}
