import { type ClusterView, familyOf, type NodeRecord } from "../../cluster-view.ts";
import { PLACE_LABELS } from "../../node-places.ts";

/** Where nodes stand: for each kind of place, the name of each node's. */
export class Topology {
  readonly #places: readonly (readonly (string | null)[])[];

  constructor(view: ClusterView, nodes: readonly string[]) {
    const records = new Map(view.nodes.map((node) => [node.name, node]));
    const placesBy = (placeOf: (node: NodeRecord) => string | null) =>
      nodes.map((name) => {
        const record = records.get(name);
        return record ? placeOf(record) : null;
      });
    this.#places = [
      ...PLACE_LABELS.map(([word, label]) =>
        placesBy(({ labels }) => (labels[label] ? `${word} ${labels[label]}` : null)),
      ),
      placesBy(subnetOf),
    ];
  }

  /** What all of `group` have in common and none of `others` has, such as `zone a`; null where nothing. */
  nameOf(group: readonly number[], others: readonly number[]): string | null {
    for (const places of this.#places) {
      const name = places[group[0]!];
      if (name === null || name === undefined) continue;
      if (group.every((n) => places[n] === name) && !others.some((n) => places[n] === name))
        return name;
    }
    return null;
  }

  /** The largest place of which all nodes are among `some`, as its nodes; of two nodes at least, and not all there are. */
  placeOf(some: readonly number[]): number[] | null {
    const among = new Set(some);
    let largest: number[] | null = null;
    for (const places of this.#places) {
      const members = Map.groupBy(places.keys(), (n) => places[n]!);
      members.delete(null as never);
      for (const nodes of members.values())
        if (
          nodes.length >= 2 &&
          nodes.length < places.length &&
          nodes.length > (largest?.length ?? 0) &&
          nodes.every((n) => among.has(n))
        )
          largest = nodes;
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
