import { type Frame, MAX_CELL_PX } from "./viewport.ts";

/**
 * The positions of the heat map's parts in CSS pixels: names to the left and above, the mesh, and
 * columns beside it.
 */
export interface Layout {
  readonly left: number;
  readonly top: number;
  readonly mesh: Frame;
  /** Where the columns begin, from the left edge of the map, and the width of each. */
  readonly side: { readonly left: number; readonly width: number; readonly count: number };
  readonly width: number;
  readonly height: number;
}

const SIDE_GAP = 14;
const NAME_GAP = 14;
const LARGEST_SIDE_PX = 22;

/**
 * The layout for this size. `nameWidth` is the width of the longest name, `sides` is the number of
 * columns.
 */
export function layOutMap(
  room: { readonly width: number; readonly height: number },
  nodes: number,
  nameWidth: number,
  sideNameWidth: number,
  sides: number,
): Layout {
  const maxNameWidth = Math.max(64, Math.min(170, room.width * 0.22));
  const tallest = Math.max(96, Math.min(maxNameWidth, room.height * 0.18));
  const left = Math.ceil(Math.min(nameWidth, maxNameWidth)) + NAME_GAP;
  const top =
    Math.ceil(Math.min(Math.max(nameWidth, sides > 0 ? sideNameWidth : 0), tallest)) + NAME_GAP;
  const narrow = room.width < 480;
  const sideWidth = narrow ? 12 : LARGEST_SIDE_PX;
  const beside = sides === 0 ? 0 : SIDE_GAP + sides * sideWidth;
  const side = Math.floor(
    Math.max(80, Math.min(room.width - left - beside, room.height - top, nodes * MAX_CELL_PX)),
  );
  return {
    left,
    top,
    mesh: { width: side, height: side, nodes },
    side: { left: left + side + SIDE_GAP, width: sideWidth, count: sides },
    width: left + side + beside,
    height: top + side,
  };
}
