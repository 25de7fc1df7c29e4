import { CELL_VALUES } from "./cell.ts";
import type { Bins } from "./bins.ts";

/** The lookup's value for a pixel between two cells or behind the last one. */
const NO_BIN = 0xffff;

/** The side of a tile in device pixels. Patterns repeat after it. */
const TILE = 8;

/**
 * For each device pixel along an edge, the bin that it shows. There is a line between cells if they
 * are large enough, and always between groups.
 */
export function lookUp(
  { starts }: Bins,
  groupStarts: ReadonlySet<number>,
  start: number,
  pxPerNode: number,
  pixels: number,
): Uint16Array {
  const lookup = new Uint16Array(pixels).fill(NO_BIN);
  const pixelOf = (position: number) => Math.round((position - start) * pxPerNode);
  for (let bin = 0; bin + 1 < starts.length; bin += 1) {
    const from = pixelOf(starts[bin]!);
    const end = pixelOf(starts[bin + 1]!);
    if (end <= 0 || from >= pixels) continue;
    const line = groupStarts.has(starts[bin + 1]!) ? 2 : end - from >= 6 ? 1 : 0;
    lookup.fill(bin, Math.max(0, from), Math.max(0, Math.min(pixels, end - line)));
  }
  return lookup;
}

/**
 * Paints the visible part into the pixels of a picture. It works on typed arrays and allocates
 * nothing.
 */
export function paint(
  pixels: Uint32Array,
  rows: Uint16Array,
  columns: Uint16Array,
  cells: Uint8Array,
  bins: number,
  tiles: Uint32Array,
): void {
  const width = columns.length;
  for (let y = 0; y < rows.length; y += 1) {
    const row = rows[y]!;
    const out = y * width;
    if (row === NO_BIN) {
      pixels.fill(0, out, out + width);
      continue;
    }
    const start = row * bins;
    const tileRow = (y % TILE) * TILE;
    for (let x = 0; x < width; x += 1) {
      const column = columns[x]!;
      pixels[out + x] =
        column === NO_BIN ? 0 : tiles[cells[start + column]! * TILE * TILE + tileRow + (x % TILE)]!;
    }
  }
}

export type Rgb = readonly [red: number, green: number, blue: number];

/** The look of a cell: a colour, or a pattern of two colours. */
export interface Look {
  readonly fill: Rgb;
  readonly mark?: Rgb;
  readonly pattern?: "hatch" | "wide-hatch" | "dots";
}

/** The looks of all cells → tiles to paint with, as pixels of an ImageData. */
export function tilesOf(looks: readonly Look[]): Uint32Array {
  const tiles = new Uint32Array(CELL_VALUES * TILE * TILE);
  for (const [cell, { fill, mark, pattern }] of looks.entries()) {
    const start = cell * TILE * TILE;
    tiles.fill(bytesOf(fill), start, start + TILE * TILE);
    if (!pattern || !mark) continue;
    for (let y = 0; y < TILE; y += 1)
      for (let x = 0; x < TILE; x += 1)
        if (isMarked(pattern, x, y)) tiles[start + y * TILE + x] = bytesOf(mark);
  }
  return tiles;
}

/** A colour as the four bytes of an ImageData, in this machine's byte order. */
function bytesOf([red, green, blue]: Rgb): number {
  return new Uint32Array(Uint8Array.of(red, green, blue, 255).buffer)[0]!;
}

function isMarked(pattern: Look["pattern"], x: number, y: number): boolean {
  if (pattern === "hatch") return (x + y) % 4 === 0;
  if (pattern === "wide-hatch") return (x - y + TILE) % TILE === 0;
  return pattern === "dots" && x % 4 < 2 && y % 4 < 2;
}
