import { signal } from "@preact/signals";
import type { Layout } from "../../core/mesh/layout.ts";
import { mapKey } from "../../core/mesh/map-keys.ts";
import { groupNamedAt, isSameSpot, type Spot, spotAt, spotOf } from "../../core/mesh/spot.ts";
import type { Range } from "../../core/mesh/tell-cells.ts";
import {
  fitAll,
  fitRanges,
  isZoomed,
  MAX_CELL_PX,
  panBy,
  reveal,
  type Viewport,
  zoomAt,
} from "../../core/mesh/viewport.ts";
import { drawLabels, type Labels } from "./draw-labels.ts";
import { MapPainter, type Picture } from "./draw-map.ts";
import { drawSpot } from "./draw-spot.ts";
import { freshCanvas } from "./fresh-canvas.ts";
import type { Gestures } from "./gestures.ts";
import { measureFrame } from "./measure-frames.ts";

/** A click opens a pair if its cell is at least this large. It zooms in to a smaller cell. */
const CLICKABLE_PX = 6;
const ZOOM_TO_PX = 14;
/** If all cells are at least this large, zooming is useless and the wheel scrolls the page. */
const LARGE_ENOUGH_PX = 20;

/** The data, labels, layout and view from which a picture is drawn. */
interface Shown {
  readonly picture: Picture;
  readonly painter: MapPainter;
  readonly labels: Labels;
  readonly layout: Layout;
}

/**
 * The heat map on two canvases: the picture, and above it the marks of a spot. It draws at most
 * once a frame, and only after a change.
 */
export class MapController implements Gestures {
  readonly spot = signal<Spot | null>(null);
  readonly zoomed = signal(false);
  /** Whether cells are so small that zooming is useful. */
  readonly small = signal(false);
  readonly #base: HTMLCanvasElement;
  readonly #over: HTMLCanvasElement;
  readonly #open: (from: number, to: number) => void;
  #shown: Shown | null = null;
  #view: Viewport = { scale: 1, left: 0, top: 0 };
  #cursor = { row: 0, column: 0 };
  #frame = 0;
  #stale = false;

  constructor(
    base: HTMLCanvasElement,
    over: HTMLCanvasElement,
    open: (from: number, to: number) => void,
  ) {
    this.#base = base;
    this.#over = over;
    this.#open = open;
  }

  /**
   * Shows another picture or uses another size. The zoom stays if the same nodes are in the same
   * places.
   */
  show(picture: Picture, labels: Labels, layout: Layout): void {
    const before = this.#shown;
    const same =
      before?.picture.axis === picture.axis && before.layout.mesh.width === layout.mesh.width;
    this.#shown = { picture, painter: new MapPainter(picture), labels, layout };
    if (!same) this.#view = fitAll(layout.mesh);
    const last = layout.mesh.nodes - 1;
    const { row, column } = this.#cursor;
    this.#cursor = { row: Math.min(row, last), column: Math.min(column, last) };
    this.spot.value = null;
    this.zoomed.value = isZoomed(layout.mesh, this.#view);
    this.small.value = fitAll(layout.mesh).scale < LARGE_ENOUGH_PX;
    this.#stale = true;
    this.#draw();
  }

  hover(x: number, y: number): void {
    this.#mark(this.#spotAt(x, y));
  }

  leave(): void {
    this.#mark(null);
  }

  pan(x: number, y: number): void {
    if (this.#shown) this.#look(panBy(this.#shown.layout.mesh, this.#view, x, y));
  }

  zoom(factor: number, x: number, y: number): void {
    if (!this.#shown) return;
    const { left, top, mesh } = this.#shown.layout;
    this.#look(zoomAt(mesh, this.#view, factor, x - left, y - top));
  }

  takesWheel(factor: number): boolean {
    return factor < 1 ? this.zoomed.peek() : this.small.peek() && this.#view.scale < MAX_CELL_PX;
  }

  /**
   * Opens a pair, or zooms in to it if its cell is too small. On a group's name, it opens the
   * group.
   */
  click(x: number, y: number): void {
    if (!this.#shown) return;
    const { layout, picture } = this.#shown;
    const spot = this.#spotAt(x, y);
    if (spot?.columns && spot.rows.count === 1 && this.#view.scale >= CLICKABLE_PX)
      return this.#openPair(spot.rows.start, spot.columns.start);
    if (spot?.columns) return this.zoom(ZOOM_TO_PX / this.#view.scale, x, y);
    const group = groupNamedAt(layout, this.#view, picture.axis, x, y);
    if (group) this.fitTo(group, group);
  }

  /** Zooms in or out around the middle. */
  zoomBy(factor: number): void {
    if (!this.#shown) return;
    const { left, top, mesh } = this.#shown.layout;
    this.zoom(factor, left + mesh.width / 2, top + mesh.height / 2);
  }

  fit(): void {
    if (this.#shown) this.#look(fitAll(this.#shown.layout.mesh));
  }

  /** Shows the rows of one range and the columns of another. */
  fitTo(rows: Range, columns: Range): void {
    if (this.#shown) this.#look(fitRanges(this.#shown.layout.mesh, rows, columns));
  }

  /** Returns whether the key has a meaning here. */
  key(pressed: KeyboardEvent): boolean {
    const key = mapKey(pressed);
    if (!key || !this.#shown) return false;
    const { row, column } = this.#cursor;
    if (key.does === "move") this.#moveTo(row + key.rows, column + key.columns);
    else if (key.does === "zoom") {
      const { x, y } = spotOf(this.#shown.layout, this.#view, this.#cursor);
      this.zoom(key.factor, x, y);
      this.focus();
    } else if (key.does === "open") this.#openPair(row, column);
    else this.fit();
    return true;
  }

  focus(): void {
    if (this.#shown) this.#moveTo(this.#cursor.row, this.#cursor.column);
  }

  end(): void {
    cancelAnimationFrame(this.#frame);
  }

  #moveTo(row: number, column: number): void {
    const { layout } = this.#shown!;
    const into = (at: number) => Math.max(0, Math.min(layout.mesh.nodes - 1, at));
    this.#cursor = { row: into(row), column: into(column) };
    const view = reveal(layout.mesh, this.#view, this.#cursor.row, this.#cursor.column);
    if (view.left !== this.#view.left || view.top !== this.#view.top) this.#look(view);
    this.#mark(spotOf(layout, this.#view, this.#cursor));
  }

  #openPair(row: number, column: number): void {
    const { order } = this.#shown!.picture.axis;
    this.#open(order[row]!, order[column]!);
  }

  #spotAt(x: number, y: number): Spot | null {
    if (!this.#shown) return null;
    const { layout, painter } = this.#shown;
    return spotAt(layout, this.#view, painter.binsAt(this.#view.scale), x, y);
  }

  #look(view: Viewport): void {
    this.#view = view;
    this.zoomed.value = isZoomed(this.#shown!.layout.mesh, view);
    this.#mark(null);
    this.#stale = true;
    this.#schedule();
  }

  #mark(spot: Spot | null): void {
    if (isSameSpot(this.spot.peek(), spot)) return;
    this.spot.value = spot;
    this.#schedule();
  }

  #schedule(): void {
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const { layout, painter, labels } = this.#shown!;
    if (this.#stale)
      measureFrame(() => {
        const context = freshCanvas(this.#base, layout);
        painter.draw(context, layout, this.#view, devicePixelRatio);
        drawLabels(context, layout, this.#view, labels);
      });
    this.#stale = false;
    const over = freshCanvas(this.#over, layout);
    const spot = this.spot.peek();
    if (spot) drawSpot(over, layout, this.#view.scale, spot, labels.colours.text);
  }
}
