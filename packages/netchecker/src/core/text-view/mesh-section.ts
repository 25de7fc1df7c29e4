import type { ClosedRound } from "@netchecker/round/closed-round";
import type { NodeState } from "../node-states.ts";
import { alignColumns } from "./align-columns.ts";
import { countsCell, type Glyph, GLYPHS, meshGlyphs } from "./mesh-glyphs.ts";

/** Above this many nodes, cells have no gap between them, so that a line fits a terminal. */
const MAX_NODES_WITH_GAPS = 30;

/** The mesh as a picture, node × node. Beside each row are the counts of the agent's other types. */
export function meshSection(round: ClosedRound, states: readonly NodeState[]): string[] {
  const glyphs = meshGlyphs(round);
  const width = Math.max(4, ...states.map(({ node }) => node.length));
  const digits = String(states.length).length;
  const gap = states.length > MAX_NODES_WITH_GAPS ? "" : " ";
  const rows = states.map((state, row) => {
    const number = String(row + 1).padStart(digits);
    const cells = glyphs[row]!.map((glyph) => GLYPHS[glyph]).join(gap);
    return `${number} ${state.node.padEnd(width)}  ${cells}`;
  });
  const heads = Array.from(Array(digits).keys(), (digit) =>
    [...states.keys()].map((column) => String(column + 1).padStart(digits)[digit]).join(gap),
  );
  const side = sideColumns(states);
  const left = digits + 1 + width + 2;
  const titled = heads.map((line, index) => {
    const title = index === heads.length - 1 ? "from \\ to" : "";
    return title.length < left ? title.padEnd(left) + line : "".padEnd(left) + line;
  });
  return [
    ...titled.map((line, index) => (index === titled.length - 1 ? `${line}   ${side.head}` : line)),
    ...rows.map((line, row) => `${line}   ${side.rows[row]}`),
    legend(glyphs),
  ];
}

/** The counts of each agent's other types, with a heading. */
function sideColumns(states: readonly NodeState[]): { head: string; rows: string[] } {
  const types = ["node", "service", "external"] as const;
  const cells = states.map(({ from }) => types.map((type) => countsCell(from[type])));
  const [head = "", ...rows] = alignColumns([types, ...cells]);
  return { head, rows };
}

function legend(glyphs: readonly Glyph[][]): string {
  const seen = new Set(glyphs.flat());
  const names = {
    ok: "ok",
    failed: "failed",
    unknown: "not measured",
    planned: "not ok, planned",
    none: "",
  };
  const told = (["ok", "failed", "unknown", "planned"] as const).filter((each) => seen.has(each));
  return told.map((each) => `${GLYPHS[each]} ${names[each]}`).join("   ");
}
