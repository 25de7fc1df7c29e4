const MAX_FRAMES_KEPT = 1_000;
let isFirst = true;

/**
 * Draws, and records the times for performance measurements: when the first picture was there, and
 * how long each frame took.
 */
export function measureFrame(draw: () => void): void {
  const start = performance.now();
  draw();
  if (isFirst) performance.mark("mesh-drawn");
  isFirst = false;
  performance.measure("mesh-frame", { start });
  if (performance.getEntriesByName("mesh-frame").length > MAX_FRAMES_KEPT)
    performance.clearMeasures("mesh-frame");
}
