import type { MeshNode } from "@netchecker/contract";

export type Grouping = "none" | "zone" | "pool";

export interface Group {
  /** Empty where nodes are not grouped. */
  readonly name: string;
  /** Position of its first node. */
  readonly start: number;
  readonly count: number;
}

/** The order in which nodes stand along both sides of the heat map. */
export interface Axis {
  /** Position → index of the node. */
  readonly order: Uint32Array;
  /** Index of the node → position. */
  readonly positions: Uint32Array;
  readonly groups: readonly Group[];
}

/** So many nodes are still seen one by one; more are grouped. */
const SEEN_ONE_BY_ONE = 100;

/** How nodes are best grouped: not while they are few, by zone where there is more than one. */
export function bestGrouping(nodes: readonly MeshNode[]): Grouping {
  if (nodes.length <= SEEN_ONE_BY_ONE) return "none";
  return groupingsOf(nodes)[1] ?? "none";
}

/** The groupings that part these nodes. */
export function groupingsOf(nodes: readonly MeshNode[]): Grouping[] {
  const parts = (by: "zone" | "pool") => new Set(nodes.map((node) => node[by])).size > 1;
  return ["none", ...(["zone", "pool"] as const).filter(parts)];
}

export function axisOf(nodes: readonly MeshNode[], by: Grouping): Axis {
  const nameOf = (node: MeshNode) => (by === "none" ? "" : (node[by] ?? `no ${by}`));
  const members = [...Map.groupBy(nodes.keys(), (index) => nameOf(nodes[index]!))].sort(
    ([a], [b]) => a.localeCompare(b, "en", { numeric: true }),
  );
  const order = Uint32Array.from(members.flatMap(([, indexes]) => indexes));
  const positions = new Uint32Array(order.length);
  for (const [position, index] of order.entries()) positions[index] = position;
  let start = 0;
  const groups = members.map(([name, { length }]) => {
    const group = { name, start, count: length };
    start += length;
    return group;
  });
  return { order, positions, groups };
}

/** The group in which a position lies. */
export function groupAt({ groups }: Axis, position: number): Group | undefined {
  return groups.find(({ start, count }) => position >= start && position < start + count);
}
