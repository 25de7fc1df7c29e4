const MOST_KEPT = 1_000;
let isFirst = true;

/** Draws, and tells whoever measures the page: when the first picture stood, and how long each took. */
export function measureFrame(draw: () => void): void {
  const start = performance.now();
  draw();
  if (isFirst) performance.mark("mesh-drawn");
  isFirst = false;
  performance.measure("mesh-frame", { start });
  if (performance.getEntriesByName("mesh-frame").length > MOST_KEPT)
    performance.clearMeasures("mesh-frame");
}
