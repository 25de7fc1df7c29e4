import type { MeshNode } from "@netchecker/contract";

export type Grouping = "none" | "zone" | "pool";

export interface Group {
  /** Empty if nodes are not grouped. */
  readonly name: string;
  /** The position of its first node. */
  readonly start: number;
  readonly count: number;
}

/** The order of the nodes along both sides of the heat map. */
export interface Axis {
  /** Position → index of the node. */
  readonly order: Uint32Array;
  /** Index of the node → position. */
  readonly positions: Uint32Array;
  readonly groups: readonly Group[];
}

/** Up to this number, nodes are shown without groups. */
const MAX_UNGROUPED_NODES = 100;

/** The best grouping for these nodes: none if they are few, by zone if there are several zones. */
export function bestGrouping(nodes: readonly MeshNode[]): Grouping {
  if (nodes.length <= MAX_UNGROUPED_NODES) return "none";
  return groupingsOf(nodes)[1] ?? "none";
}

/** The groupings that divide these nodes into several groups. */
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

/** The group at a position. */
export function groupAt({ groups }: Axis, position: number): Group | undefined {
  return groups.find(({ start, count }) => position >= start && position < start + count);
}
