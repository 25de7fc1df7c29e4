import type { NodeState } from "../node-states.ts";
import { countsCell } from "./mesh-glyphs.ts";
import { alignColumns } from "./align-columns.ts";

const MAX_NODES_SHOWN = 20;

/** The most troubled nodes, as source or as target. It replaces the picture of a mesh that is too large to draw. */
export function troubledNodesSection(states: readonly NodeState[]): string[] {
  const troubled = states
    .filter((state) => trouble(state) > 0)
    .toSorted((a, b) => trouble(b) - trouble(a));
  if (troubled.length === 0) return [`All of ${states.length} nodes reach all of them.`];
  const table = [
    ["node", "reaches pods", "is reached", "nodes", "service", "external"],
    ...troubled
      .slice(0, MAX_NODES_SHOWN)
      .map(({ node, from, to }) => [
        node,
        ...[from.pod, to.pod, from.node, from.service, from.external].map(countsCell),
      ]),
  ];
  const more = troubled.length - MAX_NODES_SHOWN;
  return [
    `${troubled.length} of ${states.length} nodes are not all ok, the worst first (X failed, ? not measured, ~ planned):`,
    ...alignColumns(table),
    ...(more > 0 ? [`… and ${more} more`] : []),
  ];
}

/**
 * How troubled a node is: the share of checks that are not ok, for the kind of check where this share is greatest. A
 * node that nobody reaches so comes before the nodes that fail to reach it.
 */
function trouble({ from, to }: NodeState): number {
  const shares = [...Object.values(from), ...Object.values(to)].map(
    ({ total, ok, planned }) => (total - ok + planned) / Math.max(1, total + planned),
  );
  return Math.max(...shares);
}
