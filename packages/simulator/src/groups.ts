import type { Site } from "./site.ts";

export interface Groups {
  /** The smaller one; on a tie the one with the first node. */
  readonly nodes: number[];
  readonly peers: number[];
  /** Whether a zone or node pool names one of them. */
  readonly named: boolean;
}

/** Draws two groups of at least two nodes: a zone or pool and the rest, two zones, or any nodes. Null where there are none. */
export function drawGroups(site: Site): Groups | null {
  const { random, cluster } = site;
  const all = cluster.nodes.map(({ index }) => index);
  const of = (group: "zone" | "pool", value: number) =>
    cluster.nodes.filter((node) => node[group] === value).map(({ index }) => index);
  const how = random.pick(["zone", "zone", "zones", "pool", "any"] as const);
  let one: number[];
  let other: number[] | undefined;
  if (how === "zone") one = of("zone", random.int(cluster.zones));
  else if (how === "pool") one = of("pool", random.int(cluster.pools));
  else if (how === "any") one = random.sample(all, 2 + random.int(Math.max(1, site.size >> 1)));
  else {
    if (cluster.zones < 2) return null;
    const [a, b] = random.sample([...Array(cluster.zones).keys()], 2) as [number, number];
    one = of("zone", a);
    other = of("zone", b);
  }
  const inOne = new Set(one);
  other ??= all.filter((index) => !inOne.has(index));
  if (one.length < 2 || other.length < 2) return null;
  const [nodes, peers] = inOrder(one, other);
  return { nodes, peers, named: how !== "any" };
}

function inOrder(one: number[], other: number[]): [number[], number[]] {
  const oneFirst =
    one.length < other.length ||
    (one.length === other.length && Math.min(...one) < Math.min(...other));
  return oneFirst ? [one, other] : [other, one];
}
