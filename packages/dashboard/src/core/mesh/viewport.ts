/** What part of the heat map is seen: a square of pixels each node, from a position on. */
export interface Viewport {
  /** CSS pixels for each node. */
  readonly scale: number;
  /** Position at the left and the top edge; a fraction inside a cell. */
  readonly left: number;
  readonly top: number;
}

/** The picture's size in CSS pixels, and how many nodes there are. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly nodes: number;
}

/** A cell is never larger than this. */
export const LARGEST_CELL_PX = 64;

/** All nodes, as large as they fit. */
export function fitAll(frame: Frame): Viewport {
  return { scale: fitScale(frame), left: 0, top: 0 };
}

function fitScale({ width, height, nodes }: Frame): number {
  return Math.min(width / nodes, height / nodes, LARGEST_CELL_PX);
}

/** Rows of one range, columns of another, as large as both fit. */
export function fitRanges(
  frame: Frame,
  rows: { start: number; count: number },
  columns: { start: number; count: number },
): Viewport {
  const scale = Math.min(frame.width / columns.count, frame.height / rows.count, LARGEST_CELL_PX);
  return clamp(frame, { scale, left: columns.start, top: rows.start });
}

/** Larger or smaller by a factor; what is at a point stays there. */
export function zoomAt(
  frame: Frame,
  view: Viewport,
  factor: number,
  x: number,
  y: number,
): Viewport {
  const scale = Math.min(Math.max(view.scale * factor, fitScale(frame)), LARGEST_CELL_PX);
  const left = view.left + x / view.scale - x / scale;
  const top = view.top + y / view.scale - y / scale;
  return clamp(frame, { scale, left, top });
}

/** Moved by pixels: to the right, one sees what is further left. */
export function panBy(frame: Frame, view: Viewport, x: number, y: number): Viewport {
  return clamp(frame, {
    ...view,
    left: view.left - x / view.scale,
    top: view.top - y / view.scale,
  });
}

/** Moved as little as it takes to see a pair. */
export function reveal(frame: Frame, view: Viewport, row: number, column: number): Viewport {
  const into = (at: number, start: number, px: number) => {
    const seen = px / view.scale;
    return at < start ? at : Math.max(start, Math.min(at, at + 1 - seen));
  };
  return clamp(frame, {
    ...view,
    left: into(column, view.left, frame.width),
    top: into(row, view.top, frame.height),
  });
}

/** The pair of positions at a point; null beside the mesh. */
export function pairAt(
  { nodes, width, height }: Frame,
  { scale, left, top }: Viewport,
  x: number,
  y: number,
): { row: number; column: number } | null {
  if (x < 0 || y < 0 || x >= width || y >= height) return null;
  const row = Math.floor(top + y / scale);
  const column = Math.floor(left + x / scale);
  return row < nodes && column < nodes ? { row, column } : null;
}

/** Whether there is more than is seen. */
export function isZoomed(frame: Frame, { scale }: Viewport): boolean {
  return scale > fitScale(frame) * 1.001;
}

function clamp({ width, height, nodes }: Frame, { scale, left, top }: Viewport): Viewport {
  const into = (start: number, px: number) => Math.max(0, Math.min(start, nodes - px / scale));
  return { scale, left: into(left, width), top: into(top, height) };
}
