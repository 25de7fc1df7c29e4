import type { Mesh, MeshPlane } from "@netchecker/contract";
import type { Axis } from "../../core/mesh/axis.ts";
import type { Grid } from "../../core/mesh/grid.ts";
import type { SideColumn } from "../../core/mesh/side-columns.ts";
import { countCells, tellRange } from "../../core/mesh/tell-cells.ts";
import { checksBetween, tellCheck } from "../../core/mesh/tell-pair.ts";
import { count, sayPlanned, sayMissing, sayReason } from "../../core/phrases.ts";
import type { Spot } from "../../core/mesh/spot.ts";

/** A spot in words. */
export interface Told {
  readonly title: string;
  readonly lines: readonly { readonly text: string; readonly tone: "bad" | "unknown" | "quiet" }[];
}

interface Known {
  readonly mesh: Mesh;
  readonly outcomes: Grid;
  readonly axis: Axis;
  readonly names: readonly string[];
  readonly sides: readonly SideColumn[];
  readonly planes: readonly MeshPlane[];
}

/** A spot in words: a pair's checks, how many of several pairs failed, or what a node finds of a service. */
export function tellSpot(spot: Spot, known: Known): Told | null {
  const { mesh, outcomes, axis, names, sides, planes } = known;
  const rows = tellRange(axis, names, spot.rows);
  const from = axis.order[spot.rows.start];
  if (from === undefined || mesh.nodes[from] === undefined) return null;
  if (!spot.columns) {
    const side = sides[spot.side ?? -1];
    if (!side) return null;
    const reasons = Array.from({ length: spot.rows.count }, (_, offset) =>
      side.reasonOf(axis.order[spot.rows.start + offset]!),
    );
    const [first] = reasons;
    const bad = reasons.filter((reason) => reason !== "ok").length;
    const text =
      reasons.length === 1
        ? first === null || first === undefined
          ? "not kept"
          : sayReason(first)
        : bad === 0
          ? "ok"
          : `${bad} of ${reasons.length} not ok`;
    return { title: `${rows} → ${side.label}`, lines: [{ text, tone: bad > 0 ? "bad" : "quiet" }] };
  }
  const title = `${rows} → ${tellRange(axis, names, spot.columns)}`;
  if (spot.rows.count * spot.columns.count > 1) {
    const { pairs, failed, unknown, planned, notKept } = countCells(
      outcomes,
      axis,
      spot.rows,
      spot.columns,
    );
    const lines = [
      { text: failed > 0 ? `${failed} of ${pairs} pairs failed` : "", tone: "bad" as const },
      { text: unknown > 0 ? `${unknown} not measured` : "", tone: "unknown" as const },
      { text: planned > 0 ? `${planned} planned` : "", tone: "quiet" as const },
      { text: notKept > 0 ? `${notKept} not kept` : "", tone: "quiet" as const },
    ].filter(({ text }) => text !== "");
    const well = { text: `${count(pairs, "pair")} ok`, tone: "quiet" as const };
    return { title, lines: lines.length > 0 ? lines : [well] };
  }
  const to = axis.order[spot.columns.start]!;
  const checks = checksBetween(mesh, from, to, planes);
  const twoFamilies = new Set(checks.map(({ family }) => family)).size > 1;
  const lines = checks.map((check) => ({
    text: tellCheck(check, twoFamilies),
    tone:
      check.reason === "ok" || check.planned !== null || check.reason === null
        ? ("quiet" as const)
        : check.reason === "not_probed"
          ? ("unknown" as const)
          : ("bad" as const),
  }));
  const { missing, planned } = mesh.nodes[from];
  const why = planned ? sayPlanned(planned) : missing ? sayMissing(missing) : null;
  return {
    title,
    lines: why ? [...lines, { text: `${names[from]}: ${why}`, tone: "unknown" }] : lines,
  };
}
