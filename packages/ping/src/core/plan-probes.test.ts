import { describe, expect, test } from "vitest";
import { planProbes, startOffset } from "./plan-probes.ts";

describe("planProbes", () => {
  test.each([0, 1, 2, 7, 1_000])("gives each of %i targets exactly once", (count) => {
    const order = planProbes("ping-a", count);
    expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
  });

  test("starts at the agent's own place and continues from the beginning", () => {
    const start = startOffset("ping-a", 5);
    expect(planProbes("ping-a", 5)).toEqual([0, 1, 2, 3, 4].map((step) => (start + step) % 5));
  });

  test("gives the same order each time", () => {
    expect(planProbes("ping-a", 100)).toEqual(planProbes("ping-a", 100));
  });

  test.each([
    ["names of a DaemonSet", (i: number) => `ping-${(i * 7_919).toString(36).padStart(5, "x")}`],
    ["names that differ in their last digits", (i: number) => `ping-${i}`],
  ])("spreads 1,000 agents over a list of 1,000: %s", (_, name) => {
    const agents = Array.from({ length: 1_000 }, () => 0);
    for (let i = 0; i < 1_000; i += 1) agents[startOffset(name(i), 1_000)]! += 1;
    // With random places, the place with the most agents would have 5 or 6.
    expect(Math.max(...agents)).toBeLessThanOrEqual(8);
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const sum = agents.slice(tenth * 100, tenth * 100 + 100).reduce((a, b) => a + b);
      expect(sum).toBeGreaterThan(60);
      expect(sum).toBeLessThan(140);
    }
  });
});
