import { expect, it } from "vitest";
import { binsOf } from "./bins.ts";
import { PLANNED, FAILED_ALL, OK, RAMP, RAMP_STEPS, UNKNOWN } from "./cell.ts";
import { looksOf } from "./looks.ts";
import { lookUp, paint, tilesOf } from "./paint.ts";

const axis = {
  order: Uint32Array.of(0, 1, 2),
  positions: Uint32Array.of(0, 1, 2),
  groups: [
    { name: "a", start: 0, count: 2 },
    { name: "b", start: 2, count: 1 },
  ],
};

it("each pixel shows its cell, with lines between cells and wider lines between groups", () => {
  const lookup = lookUp(binsOf(axis, 1), new Set([2]), 0, 6, 20);
  expect(lookup.join(" ")).toBe("0 0 0 0 0 65535 1 1 1 1 65535 65535 2 2 2 2 2 65535 65535 65535");
});

it("starts at a position, and includes cells that are cut off at the edges", () => {
  expect(lookUp(binsOf(axis, 1), new Set(), 0.5, 4, 8).join(" ")).toBe("0 0 1 1 1 1 2 2");
});

it("paints a cell's colour, or its pattern if it has one", () => {
  const tiles = tilesOf(looksOf("light"));
  const coloursOf = (cell: number) => {
    const pixels = new Uint32Array(64);
    paint(pixels, new Uint16Array(8), new Uint16Array(8), Uint8Array.of(cell), 1, tiles);
    return new Set(pixels).size;
  };
  expect([OK, FAILED_ALL, RAMP, UNKNOWN, PLANNED].map(coloursOf)).toEqual([1, 1, 1, 2, 2]);
});

it("leaves pixels between and beside cells empty", () => {
  const pixels = new Uint32Array(4).fill(1);
  paint(
    pixels,
    Uint16Array.of(0, 0xffff),
    Uint16Array.of(0, 0xffff),
    Uint8Array.of(OK),
    1,
    tilesOf(looksOf("dark")),
  );
  expect(pixels[0]).not.toBe(0);
  expect([...pixels.subarray(1)]).toEqual([0, 0, 0]);
});

it.each(["light", "dark"] as const)(
  "%s: ok, failed and the ends of the scale differ in brightness, not in hue alone",
  (theme) => {
    const looks = looksOf(theme);
    const brightness = (cell: number) => {
      const [r, g, b] = looks[cell]!.fill;
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    expect(Math.abs(brightness(OK) - brightness(FAILED_ALL))).toBeGreaterThan(60);
    expect(Math.abs(brightness(RAMP) - brightness(RAMP + RAMP_STEPS - 1))).toBeGreaterThan(100);
  },
);
