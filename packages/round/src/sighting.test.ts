import { expect, it } from "vitest";
import { clockAhead, firstSight, happenedAt } from "./sighting.ts";

const NOW = 1_000_000;

it("believes a time that is possible", () => {
  expect(happenedAt(NOW - 500_000, firstSight(NOW))).toBe(NOW - 500_000);
  const seen = { ...firstSight(NOW), knownUntil: NOW - 30_000 };
  expect(happenedAt(NOW - 20_000, seen)).toBe(NOW - 20_000);
  // Kubernetes tells whole seconds.
  expect(happenedAt(NOW - 30_900, seen)).toBe(NOW - 30_900);
});

it("replaces an impossible time by now", () => {
  expect(happenedAt(NOW + 1, firstSight(NOW))).toBe(NOW);
  const seen = { ...firstSight(NOW), knownUntil: NOW - 30_000 };
  expect(happenedAt(NOW - 300_000, seen)).toBe(NOW);
});

it("corrects for the API server's clock, and keeps 0 for a time that was not told", () => {
  expect(happenedAt(NOW, { ...firstSight(NOW), aheadMs: 60_000 })).toBe(NOW - 60_000);
  expect(happenedAt(0, firstSight(NOW))).toBe(0);
});

it("ignores a clock difference too small to measure", () => {
  expect(clockAhead(NOW - 1_900, NOW)).toBe(0);
  expect(clockAhead(NOW + 5_000, NOW)).toBe(5_000);
  expect(clockAhead(NOW - 90_000, NOW)).toBe(-90_000);
  expect(clockAhead(Number.NaN, NOW)).toBe(0);
});
