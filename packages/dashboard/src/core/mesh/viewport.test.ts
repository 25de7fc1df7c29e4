import { describe, expect, it } from "vitest";
import { fitAll, fitRanges, isZoomed, pairAt, panBy, reveal, zoomAt } from "./viewport.ts";

const frame = { width: 500, height: 500, nodes: 1_000 };

describe("the viewport", () => {
  it("shows all nodes at first, and does not draw a few nodes too large", () => {
    expect(fitAll(frame)).toEqual({ scale: 0.5, left: 0, top: 0 });
    expect(fitAll({ ...frame, nodes: 2 }).scale).toBe(64);
    expect(isZoomed(frame, fitAll(frame))).toBe(false);
  });

  it("keeps the cell under the pointer in its place when it zooms", () => {
    const before = fitAll(frame);
    const after = zoomAt(frame, before, 10, 200, 300);
    expect(after.scale).toBe(5);
    expect(pairAt(frame, after, 200, 300)).toEqual(pairAt(frame, before, 200, 300));
  });

  it("never shows the area beside the mesh, wherever it is moved", () => {
    const zoomed = zoomAt(frame, fitAll(frame), 20, 250, 250);
    for (const [x, y] of [
      [9_999_999, 9_999_999],
      [-9_999_999, -9_999_999],
    ] as const) {
      const { scale, left, top } = panBy(frame, zoomed, x, y);
      expect(left).toBeGreaterThanOrEqual(0);
      expect(top).toBeGreaterThanOrEqual(0);
      expect(left + frame.width / scale).toBeLessThanOrEqual(frame.nodes);
    }
    expect(zoomAt(frame, zoomed, 0.0001, 0, 0)).toEqual(fitAll(frame));
  });

  it("opens a group so that its rows and columns fill the picture", () => {
    const group = { start: 300, count: 100 };
    expect(fitRanges(frame, group, group)).toEqual({ scale: 5, left: 300, top: 300 });
  });

  it("moves only as far as needed to show the cursor", () => {
    const view = { scale: 10, left: 100, top: 100 };
    expect(reveal(frame, view, 120, 120)).toEqual(view);
    expect(reveal(frame, view, 150, 99)).toEqual({ scale: 10, left: 99, top: 101 });
  });

  it("gives no pair beside the mesh", () => {
    const few = { width: 500, height: 500, nodes: 2 };
    expect(pairAt(few, fitAll(few), 130, 10)).toBeNull();
    expect(pairAt(few, fitAll(few), -1, 10)).toBeNull();
    expect(pairAt(few, fitAll(few), 127, 64)).toEqual({ row: 1, column: 1 });
  });
});
