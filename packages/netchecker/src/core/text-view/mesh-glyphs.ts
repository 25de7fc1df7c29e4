import { type Counts, okOf } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { NOT_KEPT_CODE } from "@netchecker/round/outcome-matrix";

/** The characters of the mesh picture. If several outcomes share a cell, it shows the worst of them. */
export const GLYPHS = { ok: "·", planned: "~", unknown: "?", failed: "X", none: " " } as const;
export type Glyph = keyof typeof GLYPHS;

const WORSE: readonly Glyph[] = ["none", "ok", "planned", "unknown", "failed"];

/** Node × node: whether the agent of the row's node reached the pods of the column's node. */
export function meshGlyphs({ plan, matrices }: ClosedRound): Glyph[][] {
  const columnOf = new Map(plan.agents.map(({ node }, index) => [node, index]));
  const { pod } = matrices;
  return plan.agents.map((agent, row) => {
    const glyphs = plan.agents.map((): Glyph => "none");
    for (const [t, target] of plan.targets.pod.entries()) {
      const column = columnOf.get(target.node ?? "");
      if (column === undefined) continue;
      const glyph = glyphOf(pod.reasons[pod.cell(row, t)]!, agent.planned ?? target.planned);
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

function glyphOf(code: number, planned: string | null): Glyph {
  if (code === NOT_KEPT_CODE) return "none";
  const ok = okOf(code);
  if (ok) return "ok";
  if (planned) return "planned";
  return ok === null ? "unknown" : "failed";
}
