import { useEffect, useRef } from "preact/hooks";
import type { Theme } from "../core/mesh/looks.ts";
import { paint } from "../core/mesh/paint.ts";
import { tilesFor } from "../core/mesh/tiles-for.ts";

const WIDTH = 14;
const RAMP_WIDTH = 96;

/** A sample of the heat map's colours and patterns: one cell, or a whole scale. */
export function Swatch({ cells, theme }: { cells: readonly number[]; theme: Theme }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = cells.length > 1 ? RAMP_WIDTH : WIDTH;
  useEffect(() => {
    const context = canvas.current!.getContext("2d")!;
    const pixels = new ImageData(width, WIDTH);
    const columns = Uint16Array.from({ length: width }, (_, x) =>
      Math.floor((x * cells.length) / width),
    );
    paint(
      new Uint32Array(pixels.data.buffer),
      new Uint16Array(WIDTH),
      columns,
      Uint8Array.from(cells),
      cells.length,
      tilesFor(theme),
    );
    context.putImageData(pixels, 0, 0);
  }, [cells.join(","), theme]);
  return <canvas ref={canvas} class="swatch" width={width} height={WIDTH} aria-hidden="true" />;
}
