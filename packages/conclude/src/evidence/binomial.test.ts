import { describe, expect, it } from "vitest";
import { chanceOfAtLeast } from "./binomial.ts";

describe("chanceOfAtLeast", () => {
  it.each([
    [1, 1, 0.5, 0.5],
    [2, 2, 0.1, 0.01],
    [1, 2, 0.1, 0.19],
    [5, 10, 0.5, 0.623_046_875],
    [3, 6, 0.01, 1.955_3e-5],
    [0, 5, 0.1, 1],
    [6, 5, 0.9, 0],
    [3, 5, 0, 0],
    [3, 5, 1, 1],
  ])("of %i among %i at %s is %s", (least, trials, share, chance) => {
    expect(chanceOfAtLeast(least, trials, share)).toBeCloseTo(chance, 7);
  });

  it("adds up where the usual is far above", () => {
    expect(chanceOfAtLeast(10, 1_000, 0.5)).toBeCloseTo(1, 9);
    expect(chanceOfAtLeast(1, 6_000, 0.005)).toBeCloseTo(1, 9);
  });
});
