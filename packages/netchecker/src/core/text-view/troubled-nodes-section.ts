import type { NodeState } from "../node-states.ts";
import { countsCell } from "./mesh-glyphs.ts";
import { alignColumns } from "./align-columns.ts";

const MOST_NODES = 20;

/** For too many nodes to draw: those that are worst off, as source or as target. */
export function troubledNodesSection(states: readonly NodeState[]): string[] {
  const troubled = states
    .filter((state) => trouble(state) > 0)
    .toSorted((a, b) => trouble(b) - trouble(a));
  if (troubled.length === 0) return [`All of ${states.length} nodes reach all of them.`];
  const table = [
    ["node", "reaches pods", "is reached", "nodes", "service", "external"],
    ...troubled
      .slice(0, MOST_NODES)
      .map(({ node, from, to }) => [
        node,
        ...[from.pod, to.pod, from.node, from.service, from.external].map(countsCell),
      ]),
  ];
  const more = troubled.length - MOST_NODES;
  return [
    `${troubled.length} of ${states.length} nodes are not all ok, the worst first (X failed, ? not measured, ~ planned):`,
    ...alignColumns(table),
    ...(more > 0 ? [`… and ${more} more`] : []),
  ];
}

/** The greatest share of its checks of one kind that is not ok: a node that nobody reaches comes before all who miss it. */
function trouble({ from, to }: NodeState): number {
  const shares = [...Object.values(from), ...Object.values(to)].map(
    ({ total, ok, planned }) => (total - ok + planned) / Math.max(1, total + planned),
  );
  return Math.max(...shares);
}
