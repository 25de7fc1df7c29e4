import type { Mesh, MeshPlane } from "@netchecker/contract";
import type { Axis } from "../../core/mesh/axis.ts";
import type { Grid } from "../../core/mesh/grid.ts";
import type { SideColumn } from "../../core/mesh/side-columns.ts";
import {
  countAll,
  countCells,
  tellCounts,
  tellRange,
  type Tone,
} from "../../core/mesh/tell-cells.ts";
import { checksBetween, tellCheck } from "../../core/mesh/tell-pair.ts";
import { count, sayPlanned, sayMissing, sayReason } from "../../core/phrases.ts";
import type { Spot } from "../../core/mesh/spot.ts";

/** A spot in words. */
export interface Told {
  readonly title: string;
  readonly lines: readonly { readonly text: string; readonly tone: Tone }[];
}

interface Known {
  readonly mesh: Mesh;
  readonly outcomes: Grid;
  readonly axis: Axis;
  readonly names: readonly string[];
  readonly sides: readonly SideColumn[];
  readonly planes: readonly MeshPlane[];
}

const ALL_OK = { text: "ok", tone: "quiet" } as const;
const TONES = { ok: "quiet", planned: "quiet", unknown: "unknown", failed: "bad" } as const;

/**
 * A spot in words: the checks of a pair, how many of several pairs failed, or what a node's agent
 * found for a service.
 */
export function tellSpot(spot: Spot, known: Known): Told | null {
  const { mesh, outcomes, axis, names, sides, planes } = known;
  const rows = tellRange(axis, names, spot.rows);
  const from = axis.order[spot.rows.start];
  if (from === undefined || mesh.nodes[from] === undefined) return null;
  if (!spot.columns) {
    const side = sides[spot.side ?? -1];
    if (!side) return null;
    const counts = countAll(
      Array.from({ length: spot.rows.count }, (_, offset) => {
        const node = axis.order[spot.rows.start + offset]!;
        return side.cells[node]!;
      }),
    );
    const told = tellCounts(counts);
    const title = `${rows} → ${side.label}`;
    if (spot.rows.count > 1) return { title, lines: told.length > 0 ? told : [ALL_OK] };
    const reason = side.reasonOf(from);
    const text = reason === null ? "not kept" : sayReason(reason);
    const why = counts.planned + counts.starting > 0 ? mesh.nodes[from].planned : null;
    return {
      title,
      lines: [
        { text, tone: told[0]?.tone ?? "quiet" },
        ...(why ? [{ text: `${names[from]}: ${sayPlanned(why)}`, tone: "unknown" as const }] : []),
      ],
    };
  }
  const title = `${rows} → ${tellRange(axis, names, spot.columns)}`;
  if (spot.rows.count * spot.columns.count > 1) {
    const counts = countCells(outcomes, axis, spot.rows, spot.columns);
    const told = tellCounts(counts);
    const well = { text: `${count(counts.pairs, "pair")} ok`, tone: "quiet" as const };
    return { title, lines: told.length > 0 ? told : [well] };
  }
  const to = axis.order[spot.columns.start]!;
  const checks = checksBetween(mesh, from, to, planes);
  const twoFamilies = new Set(checks.map(({ family }) => family)).size > 1;
  const lines = checks.map((check) => ({
    text: tellCheck(check, twoFamilies),
    tone: check.counts === null ? ("quiet" as const) : TONES[check.counts],
  }));
  const { missing, planned } = mesh.nodes[from];
  const why = planned ? sayPlanned(planned) : missing ? sayMissing(missing) : null;
  return {
    title,
    lines: why ? [...lines, { text: `${names[from]}: ${why}`, tone: "unknown" }] : lines,
  };
}
