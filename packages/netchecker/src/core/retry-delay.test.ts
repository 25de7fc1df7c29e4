import { describe, expect, it } from "vitest";
import { retryAfterMs, retryDelayMs } from "./retry-delay.ts";

const BACKOFF = { firstMs: 250, maxMs: 15_000 };

describe("the time before another try", () => {
  it("doubles up to a bound, and is spread at random from 50 % to 150 % of that", () => {
    const spread = (failures: number) =>
      [0, 1].map((random) => retryDelayMs(failures, BACKOFF, 0, random));
    expect(spread(1)).toEqual([125, 375]);
    expect(spread(3)).toEqual([500, 1_500]);
    expect(spread(7)).toEqual([7_500, 22_500]);
    expect(spread(5_000)).toEqual([7_500, 22_500]);
  });

  it("is never shorter than the server asked for, up to a bound", () => {
    expect(retryDelayMs(1, BACKOFF, 7_000, 0)).toBe(7_000);
    expect(retryDelayMs(1, BACKOFF, 7_000, 1)).toBeCloseTo(7_700);
    expect(retryDelayMs(8, BACKOFF, 1_000, 0.5)).toBe(15_000);
    expect(retryDelayMs(1, BACKOFF, 1e15, 0)).toBe(120_000);
    expect(retryDelayMs(1, BACKOFF, -5, 0)).toBe(125);
  });
});

describe("Retry-After", () => {
  const NOW = Date.parse("2026-11-29T00:00:00Z");

  it.each([
    ["1", 1_000],
    [" 30 ", 30_000],
    ["Sun, 29 Nov 2026 00:00:10 GMT", 10_000],
    ["Sun, 29 Nov 2020 00:00:10 GMT", 0],
    ["soon", 0],
    ["", 0],
    ["-1", 0],
    ["1e9", 0],
    [undefined, 0],
  ])("%j is %i ms", (header, ms) => {
    expect(retryAfterMs(header, NOW)).toBe(ms);
  });
});
