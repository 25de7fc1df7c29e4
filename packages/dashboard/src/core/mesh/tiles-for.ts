import { looksOf, type Theme } from "./looks.ts";
import { tilesOf } from "./paint.ts";

const made = new Map<Theme, Uint32Array>();

/** The tiles of a theme. They are made once, for the heat map and for the legend. */
export function tilesFor(theme: Theme): Uint32Array {
  let tiles = made.get(theme);
  if (!tiles) made.set(theme, (tiles = tilesOf(looksOf(theme))));
  return tiles;
}
