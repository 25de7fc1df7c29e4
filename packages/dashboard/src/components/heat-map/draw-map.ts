import type { Axis } from "../../core/mesh/axis.ts";
import { type Bins, binsOf, binSizeFor, shrink } from "../../core/mesh/bins.ts";
import type { Grid } from "../../core/mesh/grid.ts";
import type { Layout } from "../../core/mesh/layout.ts";
import type { Theme } from "../../core/mesh/looks.ts";
import { lookUp, paint } from "../../core/mesh/paint.ts";
import { tilesFor } from "../../core/mesh/tiles-for.ts";
import type { SideColumn } from "../../core/mesh/side-columns.ts";
import type { Viewport } from "../../core/mesh/viewport.ts";

/** The data from which the heat map is drawn. */
export interface Picture {
  readonly grid: Grid;
  readonly axis: Axis;
  readonly sides: readonly SideColumn[];
  readonly theme: Theme;
}

interface Level {
  readonly bins: Bins;
  readonly cells: Uint8Array;
  readonly sideCells: Uint8Array;
}

/**
 * Draws the cells. It keeps what the next frame needs again: each level of detail, the tiles, the
 * pixels.
 */
export class MapPainter {
  readonly #picture: Picture;
  readonly #levels = new Map<number, Level>();
  readonly #tiles: Uint32Array;
  readonly #groupStarts: ReadonlySet<number>;
  #pixels: ImageData | null = null;
  #sidePixels: ImageData | null = null;

  constructor(picture: Picture) {
    this.#picture = picture;
    this.#tiles = tilesFor(picture.theme);
    this.#groupStarts = new Set(picture.axis.groups.slice(1).map(({ start }) => start));
  }

  /** The bins that are drawn at a scale. */
  binsAt(scale: number): Bins {
    return this.#levelFor(scale).bins;
  }

  draw(context: CanvasRenderingContext2D, layout: Layout, view: Viewport, ratio: number): void {
    const { left, top, mesh, side } = layout;
    const { bins, cells, sideCells } = this.#levelFor(view.scale);
    const px = view.scale * ratio;
    const [width, height] = [Math.round(mesh.width * ratio), Math.round(mesh.height * ratio)];
    const rows = lookUp(bins, this.#groupStarts, view.top, px, height);
    const columns = lookUp(bins, this.#groupStarts, view.left, px, width);
    const count = bins.starts.length - 1;
    this.#pixels = sized(this.#pixels, width, height);
    paint(words(this.#pixels), rows, columns, cells, count, this.#tiles);
    context.putImageData(this.#pixels, Math.round(left * ratio), Math.round(top * ratio));
    if (side.count === 0) return;
    const sideWidth = Math.round(side.count * side.width * ratio);
    const sideColumns = Uint16Array.from({ length: sideWidth }, (_, x) => {
      const column = Math.floor(x / (side.width * ratio));
      const end = Math.floor((x + 2) / (side.width * ratio));
      return end > column ? 0xffff : column;
    });
    this.#sidePixels = sized(this.#sidePixels, sideWidth, height);
    paint(words(this.#sidePixels), rows, sideColumns, sideCells, side.count, this.#tiles);
    context.putImageData(this.#sidePixels, Math.round(side.left * ratio), Math.round(top * ratio));
  }

  #levelFor(scale: number): Level {
    const size = binSizeFor(scale);
    let level = this.#levels.get(size);
    if (!level) {
      const { grid, axis, sides } = this.#picture;
      const bins = binsOf(axis, size);
      level = { bins, cells: shrink(grid, axis, bins), sideCells: shrinkSides(sides, axis, bins) };
      this.#levels.set(size, level);
    }
    return level;
  }
}

/** The worst cell of each bin, for each column. */
function shrinkSides(sides: readonly SideColumn[], { order }: Axis, { binOf, starts }: Bins) {
  const cells = new Uint8Array((starts.length - 1) * sides.length);
  for (const [position, node] of order.entries())
    for (const [column, side] of sides.entries()) {
      const at = binOf[position]! * sides.length + column;
      cells[at] = Math.max(cells[at]!, side.cells[node]!);
    }
  return cells;
}

function sized(pixels: ImageData | null, width: number, height: number): ImageData {
  return pixels?.width === width && pixels.height === height
    ? pixels
    : new ImageData(width, height);
}

const words = ({ data }: ImageData) => new Uint32Array(data.buffer);
