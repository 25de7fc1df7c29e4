import type { Mesh, MeshPlane } from "@netchecker/contract";
import { CELL_OF_LETTER, PLANNED, FAILED_ALL, failedCell, UNKNOWN } from "./cell.ts";
import type { Grid } from "./grid.ts";

/** The worst of the planes, for each pair of nodes. What is in no plane stays blank. */
export function readOutcomes({ nodes }: Mesh, planes: readonly MeshPlane[]): Grid {
  const size = nodes.length;
  const cells = new Uint8Array(size * size);
  const asked = new Uint8Array(size);
  const failed = new Uint8Array(size);
  const columns = planes.map((plane) => ({
    reasons: plane.reasons,
    node: Int32Array.from(plane.targets, (target) => target.node ?? -1),
    planned: Uint8Array.from(plane.targets, (target) =>
      Number(target.planned !== null || isPlanned(nodes, target.node)),
    ),
  }));
  for (let from = 0; from < size; from += 1) {
    const row = cells.subarray(from * size, (from + 1) * size);
    const rowPlanned = isPlanned(nodes, from);
    asked.fill(0);
    failed.fill(0);
    for (const { reasons, node, planned } of columns) {
      const letters = reasons[from] ?? "";
      for (let target = 0; target < node.length; target += 1) {
        const to = node[target]!;
        if (to < 0) continue;
        let cell = target < letters.length ? CELL_OF_LETTER[letters.charCodeAt(target)]! : UNKNOWN;
        if (cell >= UNKNOWN && (rowPlanned || planned[target])) cell = PLANNED;
        asked[to]! += 1;
        if (cell === FAILED_ALL) failed[to]! += 1;
        if (cell > row[to]!) row[to] = cell;
      }
    }
    for (let to = 0; to < size; to += 1)
      if (failed[to]! > 0) row[to] = failedCell(failed[to]!, asked[to]!);
  }
  return { size, cells };
}

function isPlanned(nodes: Mesh["nodes"], node: number | null): boolean {
  return node !== null && nodes[node]?.planned !== null;
}
