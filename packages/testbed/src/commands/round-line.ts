import { type MissingAgent, TARGET_TYPES, visible } from "@netchecker/contract";
import type { RoundView } from "../services/watch-rounds.ts";

const sum = ({ summary }: RoundView, field: "failed" | "unknown") =>
  TARGET_TYPES.reduce((total, type) => total + summary[type][field], 0);

/** Whether its verdict is ok: measured, and nothing wrong beyond chance. */
export function isFine({ round }: RoundView): boolean {
  return round.verdict?.verdict === "ok";
}

/** Lines for a terminal, aligned: a heading and one line a round. `nodes` says how wide the counts get. */
export function roundLines(nodes: number) {
  const counts = Math.max(8, 2 * String(nodes * nodes * 2).length + 1);
  const widths = [5, 8, 10, 8, 9, counts, counts, counts, counts, 6, 7, 0];
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => cell.padStart(at === cells.length - 1 ? 0 : widths[at]!))
      .join("  ")
      .trimEnd();
  return {
    heading: line(
      "round,time,verdict,took,closed by,pod,node,service,external,failed,unknown,missing".split(
        ",",
      ),
    ),
    line(view: RoundView): string {
      const { round, summary } = view;
      const took = round.durationMs === null ? "-" : `${(round.durationMs / 1000).toFixed(3)} s`;
      return line([
        String(round.id),
        round.startedAt.slice(11, 19),
        round.verdict?.verdict ?? "-",
        took,
        round.closedBy ?? round.state,
        ...TARGET_TYPES.map((type) => `${summary[type].ok}/${summary[type].total}`),
        String(sum(view, "failed")),
        String(sum(view, "unknown")),
        visible(round.failure ?? (round.missing.map(missingAgent).join(", ") || "-")),
      ]);
    },
  };
}

function missingAgent({ node, why, planned }: MissingAgent): string {
  return `${node} ${why}${planned === null ? "" : ` (planned: ${planned})`}`;
}
