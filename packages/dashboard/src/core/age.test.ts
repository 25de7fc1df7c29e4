import { expect, it } from "vitest";
import { ago, clockTime, duration } from "./age.ts";

it.each([
  [0, "0 s"],
  [420, "420 ms"],
  [3_140, "3.1 s"],
  [37_000, "37 s"],
  [119_000, "119 s"],
  [14 * 60_000, "14 min"],
  [3 * 3_600_000, "3 h"],
  [3 * 3_600_000 + 5 * 60_000, "3 h 5 min"],
  [52 * 3_600_000, "2 d 4 h"],
])("says %i ms as %s", (ms, words) => {
  expect(duration(ms)).toBe(words);
});

it("says an age in whole seconds, and a future time as now", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  expect(ago("2026-11-22T11:59:22.300Z", now)).toBe("37 s ago");
  expect(ago("2026-11-22T11:59:59.300Z", now)).toBe("just now");
  expect(ago("2026-11-22T12:00:09Z", now)).toBe("just now");
});

it("says the day if it is not today", () => {
  const at = new Date(2026, 10, 22, 14, 3);
  const today = new Date(2026, 10, 22, 20).getTime();
  expect(clockTime(at.toISOString(), today, "en-GB")).toBe("14:03");
  expect(clockTime(at.toISOString(), today + 86_400_000, "en-GB")).toBe("22 Nov, 14:03");
});
