import { expect, it } from "vitest";
import { count, digits } from "./phrases.ts";

it.each([
  [0, "0"],
  [999, "999"],
  [1_000, "1,000"],
  [44_100, "44,100"],
  [1_000_000, "1,000,000"],
])("writes %i as %s", (number, words) => {
  expect(digits(number)).toBe(words);
});

it("uses the singular for one and the plural for others", () => {
  expect([count(0, "node"), count(1, "node"), count(1_200, "node")]).toEqual([
    "0 nodes",
    "1 node",
    "1,200 nodes",
  ]);
});
