import type { Mesh, MeshPlane, PlannedWhy } from "@netchecker/contract";
import { FAILED_ALL, failedCell } from "./cell.ts";
import { cellsByLetter, NO_LETTER } from "./cells-by-letter.ts";
import type { Grid } from "./grid.ts";

/**
 * The worst outcome of the planes, for each pair of nodes. A pair that is in no plane stays blank.
 */
export function readOutcomes({ nodes }: Mesh, planes: readonly MeshPlane[]): Grid {
  const size = nodes.length;
  const cells = new Uint8Array(size * size);
  const asked = new Uint8Array(size);
  const failed = new Uint8Array(size);
  /** The few different plans of targets. Columns hold positions in this list. */
  const whys: (PlannedWhy | null)[] = [null];
  const positionOf = (why: PlannedWhy | null) => {
    const at = whys.indexOf(why);
    return at === -1 ? whys.push(why) - 1 : at;
  };
  const columns = planes.map((plane) => ({
    reasons: plane.reasons,
    node: Int32Array.from(plane.targets, (target) => target.node ?? -1),
    why: Uint8Array.from(plane.targets, ({ node, planned }) =>
      positionOf(planned ?? (node === null ? null : nodes[node]!.planned)),
    ),
  }));
  for (let from = 0; from < size; from += 1) {
    const row = cells.subarray(from * size, (from + 1) * size);
    const tables = whys.map((why) => cellsByLetter(nodes[from]!.planned, why));
    asked.fill(0);
    failed.fill(0);
    for (const { reasons, node, why } of columns) {
      const letters = reasons[from] ?? "";
      for (let target = 0; target < node.length; target += 1) {
        const to = node[target]!;
        if (to < 0) continue;
        const letter = target < letters.length ? letters.charCodeAt(target) : NO_LETTER;
        const cell = tables[why[target]!]![letter]!;
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
