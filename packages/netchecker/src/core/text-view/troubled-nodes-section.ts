import type { NodeState } from "../node-states.ts";
import { countsCell } from "./mesh-glyphs.ts";

/** For too many nodes to draw: those that are not all ok, as source and as target; `most` at the most. */
export function troubledNodesSection(states: readonly NodeState[], most: number): string[] {
  const troubled = states.filter(({ from, to }) =>
    [...Object.values(from), ...Object.values(to)].some(
      (c) => c.failed + c.unknown + c.expected > 0,
    ),
  );
  if (troubled.length === 0) return [`All of ${states.length} nodes reach all of them.`];
  const shown = troubled.slice(0, most);
  const table = [
    ["node", "reaches pods", "is reached", "nodes", "service", "external"],
    ...shown.map(({ node, from, to }) => [
      node,
      ...[from.pod, to.pod, from.node, from.service, from.external].map(countsCell),
    ]),
  ];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const more = troubled.length - shown.length;
  return [
    `${troubled.length} of ${states.length} nodes are not all ok (X failed, ? not measured, ~ expected):`,
    ...table.map((row) =>
      row
        .map((cell, c) => cell.padEnd(widths[c]!))
        .join("  ")
        .trimEnd(),
    ),
    ...(more > 0 ? [`… and ${more} more`] : []),
  ];
}
