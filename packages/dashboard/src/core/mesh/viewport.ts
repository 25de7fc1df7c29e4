/** The visible part of the heat map. Each pair is a square, and the part begins at a position. */
export interface Viewport {
  /** CSS pixels per node. */
  readonly scale: number;
  /** The position at the left and at the top edge. A fraction is inside a cell. */
  readonly left: number;
  readonly top: number;
}

/** The picture's size in CSS pixels, and the number of nodes. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly nodes: number;
}

/** The largest size of a cell. */
export const MAX_CELL_PX = 64;

/** Shows all nodes, as large as they fit. */
export function fitAll(frame: Frame): Viewport {
  return { scale: fitScale(frame), left: 0, top: 0 };
}

function fitScale({ width, height, nodes }: Frame): number {
  return Math.min(width / nodes, height / nodes, MAX_CELL_PX);
}

/** Shows the rows of one range and the columns of another, as large as both fit. */
export function fitRanges(
  frame: Frame,
  rows: { start: number; count: number },
  columns: { start: number; count: number },
): Viewport {
  const scale = Math.min(frame.width / columns.count, frame.height / rows.count, MAX_CELL_PX);
  return clamp(frame, { scale, left: columns.start, top: rows.start });
}

/** Zooms by a factor. The cell at the given point stays there. */
export function zoomAt(
  frame: Frame,
  view: Viewport,
  factor: number,
  x: number,
  y: number,
): Viewport {
  const scale = Math.min(Math.max(view.scale * factor, fitScale(frame)), MAX_CELL_PX);
  const left = view.left + x / view.scale - x / scale;
  const top = view.top + y / view.scale - y / scale;
  return clamp(frame, { scale, left, top });
}

/** Moves the view by pixels. A move to the right shows cells that are further left. */
export function panBy(frame: Frame, view: Viewport, x: number, y: number): Viewport {
  return clamp(frame, {
    ...view,
    left: view.left - x / view.scale,
    top: view.top - y / view.scale,
  });
}

/** Moves the view as little as possible to show a pair. */
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

/** The pair of positions at a point. Null beside the mesh. */
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

/** Whether some nodes are outside the visible part. */
export function isZoomed(frame: Frame, { scale }: Viewport): boolean {
  return scale > fitScale(frame) * 1.001;
}

function clamp({ width, height, nodes }: Frame, { scale, left, top }: Viewport): Viewport {
  const into = (start: number, px: number) => Math.max(0, Math.min(start, nodes - px / scale));
  return { scale, left: into(left, width), top: into(top, height) };
}
