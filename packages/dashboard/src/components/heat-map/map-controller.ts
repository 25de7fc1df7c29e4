import { signal } from "@preact/signals";
import type { Layout } from "../../core/mesh/layout.ts";
import type { Range } from "../../core/mesh/tell-cells.ts";
import {
  fitAll,
  fitRanges,
  isZoomed,
  LARGEST_CELL_PX,
  pairAt,
  panBy,
  reveal,
  type Viewport,
  zoomAt,
} from "../../core/mesh/viewport.ts";
import { drawLabels, type Labels } from "./draw-labels.ts";
import { MapPainter, type Picture } from "./draw-map.ts";
import type { Gestures } from "./gestures.ts";

/** What the pointer or the cursor is on: a pair, several drawn as one, or a node and a column beside. */
export interface Spot {
  readonly rows: Range;
  /** null: the column beside. */
  readonly columns: Range | null;
  readonly side: number | null;
  /** Middle of the cell, CSS pixels in the map. */
  readonly x: number;
  readonly y: number;
  readonly by: "pointer" | "keyboard";
}

/** A pair is opened from this size on; smaller ones are zoomed to first. */
const CLICKABLE_PX = 6;
const ZOOM_TO_PX = 14;
/** Where all cells are as large as this, there is nothing to zoom to, and the wheel is the page's. */
const LARGE_ENOUGH_PX = 20;
const MOST_MEASURES = 1_000;
const KEY_ZOOM = 1.6;

/** The heat map on its two canvases: the picture, and above it what marks a spot. Draws once a frame, when something has changed. */
export class MapController implements Gestures {
  readonly spot = signal<Spot | null>(null);
  readonly zoomed = signal(false);
  /** Whether cells are so small that there is something to zoom to. */
  readonly small = signal(false);
  readonly #base: HTMLCanvasElement;
  readonly #over: HTMLCanvasElement;
  readonly #open: (from: number, to: number) => void;
  #layout: Layout | null = null;
  #view: Viewport = { scale: 1, left: 0, top: 0 };
  #painter: MapPainter | null = null;
  #picture: Picture | null = null;
  #labels: Labels | null = null;
  #cursor = { row: 0, column: 0 };
  #frame = 0;
  #stale = false;
  #drawn = false;

  constructor(
    base: HTMLCanvasElement,
    over: HTMLCanvasElement,
    open: (from: number, to: number) => void,
  ) {
    this.#base = base;
    this.#over = over;
    this.#open = open;
  }

  /** Another picture, other room. What was zoomed to stays where the mesh has the same nodes in the same places. */
  show(picture: Picture, labels: Labels, layout: Layout): void {
    const same =
      this.#layout !== null &&
      this.#layout.mesh.nodes === layout.mesh.nodes &&
      this.#layout.mesh.width === layout.mesh.width &&
      this.#picture?.axis === picture.axis;
    this.#picture = picture;
    this.#painter = new MapPainter(picture);
    this.#labels = labels;
    this.#layout = layout;
    if (!same) this.#view = fitAll(layout.mesh);
    this.#cursor.row = Math.min(this.#cursor.row, layout.mesh.nodes - 1);
    this.#cursor.column = Math.min(this.#cursor.column, layout.mesh.nodes - 1);
    this.spot.value = null;
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
    if (this.#layout) this.#look(panBy(this.#layout.mesh, this.#view, x, y));
  }

  zoom(factor: number, x: number, y: number): void {
    if (!this.#layout) return;
    const { left, top, mesh } = this.#layout;
    this.#look(zoomAt(mesh, this.#view, factor, x - left, y - top));
  }

  takesWheel(factor: number): boolean {
    if (!this.#layout) return false;
    const zoomed = isZoomed(this.#layout.mesh, this.#view);
    return factor < 1 ? zoomed : this.small.peek() && this.#view.scale < LARGEST_CELL_PX;
  }

  click(x: number, y: number): void {
    const spot = this.#spotAt(x, y);
    if (spot?.columns && spot.rows.count === 1 && this.#view.scale >= CLICKABLE_PX)
      return this.#openAt(spot.rows.start, spot.columns.start);
    if (spot?.columns) return this.zoom(ZOOM_TO_PX / this.#view.scale, x, y);
    this.#openGroup(x, y);
  }

  /** Zooms in or out around the cursor, or the middle. */
  zoomBy(factor: number): void {
    if (!this.#layout) return;
    const { left, top, mesh } = this.#layout;
    this.zoom(factor, left + mesh.width / 2, top + mesh.height / 2);
  }

  fit(): void {
    if (this.#layout) this.#look(fitAll(this.#layout.mesh));
  }

  /** Rows of one range, columns of another. */
  fitTo(rows: Range, columns: Range): void {
    if (this.#layout) this.#look(fitRanges(this.#layout.mesh, rows, columns));
  }

  /** Whether a key meant something here. */
  key(event: KeyboardEvent): boolean {
    if (!this.#layout || event.ctrlKey || event.metaKey || event.altKey) return false;
    const by = event.shiftKey ? 10 : 1;
    const { row, column } = this.#cursor;
    switch (event.key) {
      case "ArrowUp":
        return this.#moveTo(row - by, column);
      case "ArrowDown":
        return this.#moveTo(row + by, column);
      case "ArrowLeft":
        return this.#moveTo(row, column - by);
      case "ArrowRight":
        return this.#moveTo(row, column + by);
      case "Home":
        return this.#moveTo(row, 0);
      case "End":
        return this.#moveTo(row, this.#layout.mesh.nodes - 1);
      case "+":
      case "=":
        this.#zoomAtCursor(KEY_ZOOM);
        return true;
      case "-":
        this.#zoomAtCursor(1 / KEY_ZOOM);
        return true;
      case "0":
        this.fit();
        return true;
      case "Enter":
      case " ":
        this.#openAt(row, column);
        return true;
      default:
        return false;
    }
  }

  focus(): void {
    this.#moveTo(this.#cursor.row, this.#cursor.column);
  }

  end(): void {
    cancelAnimationFrame(this.#frame);
  }

  #moveTo(row: number, column: number): true {
    const { mesh } = this.#layout!;
    const into = (at: number) => Math.max(0, Math.min(mesh.nodes - 1, at));
    this.#cursor = { row: into(row), column: into(column) };
    const view = reveal(mesh, this.#view, this.#cursor.row, this.#cursor.column);
    if (view.left !== this.#view.left || view.top !== this.#view.top) this.#look(view);
    this.#mark({ ...this.#spotOf(this.#cursor, false), by: "keyboard" });
    return true;
  }

  #zoomAtCursor(factor: number): void {
    const { x, y } = this.#spotOf(this.#cursor, false);
    this.zoom(factor, x, y);
    this.focus();
  }

  #openAt(row: number, column: number): void {
    const { order } = this.#picture!.axis;
    this.#open(order[row]!, order[column]!);
  }

  /** A click on a group's name opens the group: its rows, its columns. */
  #openGroup(x: number, y: number): void {
    const { left, top, mesh } = this.#layout!;
    const { groups } = this.#picture!.axis;
    if (groups.length < 2) return;
    const at = (position: number) =>
      groups.find(({ start, count }) => position >= start && position < start + count);
    const row = x < left && y >= top ? at(this.#view.top + (y - top) / this.#view.scale) : null;
    const column =
      y < top && x >= left ? at(this.#view.left + (x - left) / this.#view.scale) : null;
    const group = row ?? column;
    if (group) this.#look(fitRanges(mesh, group, group));
  }

  #spotAt(x: number, y: number): Spot | null {
    if (!this.#layout) return null;
    const { left, top, mesh, side } = this.#layout;
    const pair = pairAt(mesh, this.#view, x - left, y - top);
    if (pair) return { ...this.#spotOf(pair, true), by: "pointer" };
    const column = Math.floor((x - side.left) / side.width);
    const row = pairAt(mesh, this.#view, 0, y - top)?.row;
    if (row === undefined || column < 0 || column >= side.count) return null;
    const spot = this.#spotOf({ row, column: 0 }, true);
    const middle = side.left + (column + 0.5) * side.width;
    return { ...spot, columns: null, side: column, x: middle, by: "pointer" };
  }

  /** A pair of positions; as `binned`, all that are drawn as one with it. */
  #spotOf({ row, column }: { row: number; column: number }, binned: boolean): Omit<Spot, "by"> {
    const { left, top } = this.#layout!;
    const { starts, binOf } = this.#painter!.binsAt(this.#view.scale);
    const rangeOf = (position: number): Range => {
      if (!binned) return { start: position, count: 1 };
      const start = starts[binOf[position]!]!;
      return { start, count: starts[binOf[position]! + 1]! - start };
    };
    const [rows, columns] = [rangeOf(row), rangeOf(column)];
    const middle = (range: Range, start: number) =>
      (range.start + range.count / 2 - start) * this.#view.scale;
    return {
      rows,
      columns,
      side: null,
      x: left + middle(columns, this.#view.left),
      y: top + middle(rows, this.#view.top),
    };
  }

  #look(view: Viewport): void {
    this.#view = view;
    this.zoomed.value = isZoomed(this.#layout!.mesh, view);
    this.#mark(null);
    this.#redraw();
  }

  #mark(spot: Spot | null): void {
    const before = this.spot.peek();
    if (before === spot || (spot && before && sameSpot(spot, before))) return;
    this.spot.value = spot;
    this.#schedule();
  }

  #redraw(): void {
    this.#stale = true;
    this.#schedule();
  }

  #schedule(): void {
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.#stale) this.#drawBase();
    this.#stale = false;
    this.#drawOver();
  }

  #drawBase(): void {
    const startedAt = performance.now();
    const context = this.#sizedContext(this.#base);
    this.#painter!.draw(context, this.#layout!, this.#view, devicePixelRatio);
    drawLabels(context, this.#layout!, this.#view, this.#labels!);
    // For whoever measures: the first picture, and each frame.
    if (!this.#drawn) performance.mark("mesh-drawn");
    this.#drawn = true;
    performance.measure("mesh-frame", { start: startedAt });
    if (performance.getEntriesByName("mesh-frame").length > MOST_MEASURES)
      performance.clearMeasures("mesh-frame");
  }

  #drawOver(): void {
    const context = this.#sizedContext(this.#over);
    const spot = this.spot.peek();
    if (!spot || !this.#labels) return;
    const { left, top, mesh, side } = this.#layout!;
    const { scale } = this.#view;
    const width = spot.columns ? spot.columns.count * scale : side.width;
    const height = spot.rows.count * scale;
    const [x, y] = [spot.x - width / 2, spot.y - height / 2];
    context.beginPath();
    context.rect(left, top, side.left + side.count * side.width - left, mesh.height);
    context.clip();
    context.fillStyle = this.#labels.colours.text;
    context.globalAlpha = 0.09;
    context.fillRect(left, y, side.left + side.count * side.width - left, height);
    context.fillRect(x, top, width, mesh.height);
    context.globalAlpha = 1;
    context.strokeStyle = this.#labels.colours.text;
    context.lineWidth = 2;
    context.strokeRect(x, y, width, height);
  }

  /** Cleared, and in CSS pixels. */
  #sizedContext(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
    const { width, height } = this.#layout!;
    const [deviceWidth, deviceHeight] = [width, height].map((px) =>
      Math.round(px * devicePixelRatio),
    );
    if (canvas.width !== deviceWidth || canvas.height !== deviceHeight) {
      canvas.width = deviceWidth!;
      canvas.height = deviceHeight!;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    const context = canvas.getContext("2d")!;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    return context;
  }
}

function sameSpot(a: Spot, b: Spot): boolean {
  return (
    a.rows.start === b.rows.start &&
    a.columns?.start === b.columns?.start &&
    a.side === b.side &&
    a.by === b.by &&
    a.x === b.x &&
    a.y === b.y
  );
}
