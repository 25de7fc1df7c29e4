import { type CellResult, countCell, type Counts } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { nodeIndex } from "@netchecker/round/node-index";
import { NOT_KEPT_CODE } from "@netchecker/round/outcome-matrix";

/** What a cell of the mesh picture shows. If several outcomes share a cell, it shows the worst of them. */
export type Glyph = CellResult | "none";
export const GLYPHS: Readonly<Record<Glyph, string>> = {
  ok: "·",
  planned: "~",
  unknown: "?",
  failed: "X",
  none: " ",
};

const WORSE: readonly Glyph[] = ["none", "ok", "planned", "unknown", "failed"];

/** Node × node: whether the agent of the row's node reached the pods of the column's node. */
export function meshGlyphs({ plan, matrices }: ClosedRound): Glyph[][] {
  const columns = nodeIndex(plan).ofTargets.pod;
  const { pod } = matrices;
  return plan.agents.map((agent, row) => {
    const glyphs = plan.agents.map((): Glyph => "none");
    for (const [t, target] of plan.targets.pod.entries()) {
      const column = columns[t]!;
      const code = pod.reasons[pod.cell(row, t)]!;
      const isKept = code !== NOT_KEPT_CODE;
      const glyph = isKept ? countCell(code, agent.planned, target.planned) : "none";
      if (WORSE.indexOf(glyph) > WORSE.indexOf(glyphs[column]!)) glyphs[column] = glyph;
    }
    return glyphs;
  });
}

/** A cell with counts: `5/5`, followed by the numbers of failed and unknown checks if there are any. */
export function countsCell({ total, ok, failed, unknown, planned }: Counts): string {
  if (total === 0) return planned > 0 ? `~${planned}` : "-";
  const marks = [failed > 0 ? `X${failed}` : "", unknown > 0 ? `?${unknown}` : ""].filter(Boolean);
  return marks.length > 0 ? `${ok}/${total} ${marks.join(" ")}` : `${ok}/${total}`;
}
