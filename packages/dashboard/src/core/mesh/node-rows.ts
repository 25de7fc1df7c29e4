import type { CellResult, Check, Mesh, MeshNode } from "@netchecker/contract";
import { isUnknown, NOT_KEPT, OK, PLANNED } from "./cell.ts";
import { cellsByLetter, NO_LETTER } from "./cells-by-letter.ts";

/** The results of a node's checks in one direction, counted. */
export type Tally = Record<CellResult, number>;

/**
 * A node in a round: by check, the results of its own agent, and the results of other agents for
 * it.
 */
export interface NodeRow {
  readonly index: number;
  readonly node: MeshNode;
  readonly from: ReadonlyMap<Check, Tally>;
  readonly to: ReadonlyMap<Check, Tally>;
  readonly failed: number;
  readonly unknown: number;
}

/** The rows of all nodes of a round, in one pass over its outcomes. */
export function nodeRows({ nodes, planes }: Mesh): NodeRow[] {
  const rows = nodes.map((node, index) => ({
    index,
    node,
    from: new Map<Check, Tally>(),
    to: new Map<Check, Tally>(),
    failed: 0,
    unknown: 0,
  }));
  for (const { check, targets, reasons } of planes) {
    const to = targets.map(({ node }) => (node === null ? null : tallyOf(rows[node]!.to, check)));
    for (const [from, row] of rows.entries()) {
      const tally = tallyOf(row.from, check);
      const letters = reasons[from] ?? "";
      for (const [index, target] of targets.entries()) {
        const planned =
          target.planned ?? (target.node === null ? null : nodes[target.node]!.planned);
        const letter = index < letters.length ? letters.charCodeAt(index) : NO_LETTER;
        const key = keyOf(cellsByLetter(row.node.planned, planned)[letter]!);
        if (key === null) continue;
        tally[key] += 1;
        if (target.node !== from && to[index]) to[index][key] += 1;
        if (key === "failed" || key === "unknown") {
          row[key] += 1;
          if (target.node !== null && target.node !== from) rows[target.node]![key] += 1;
        }
      }
    }
  }
  return rows;
}

/** The sum of a tally's counts. */
export function totalOf({ ok, failed, unknown, planned }: Tally): number {
  return ok + failed + unknown + planned;
}

function tallyOf(map: Map<Check, Tally>, check: Check): Tally {
  let tally = map.get(check);
  if (!tally) map.set(check, (tally = { ok: 0, failed: 0, unknown: 0, planned: 0 }));
  return tally;
}

function keyOf(cell: number): CellResult | null {
  if (cell === NOT_KEPT) return null;
  if (cell === OK) return "ok";
  if (cell === PLANNED) return "planned";
  return isUnknown(cell) ? "unknown" : "failed";
}
