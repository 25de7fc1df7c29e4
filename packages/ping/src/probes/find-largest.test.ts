import { describe, expect, test } from "vitest";
import { findLargest } from "./find-largest.ts";

/** Searches on a path that passes at most `limit` bytes. Also counts the steps. */
async function find(limit: number) {
  const steps: number[][] = [];
  let step: number[] | null = null;
  const found = await findLargest(async (bytes) => {
    if (!step) {
      steps.push((step = []));
      queueMicrotask(() => (step = null));
    }
    step.push(bytes);
    return bytes <= limit;
  });
  return { found, steps };
}

describe("findLargest", () => {
  test.each([576, 1_280, 1_372, 1_386, 1_400, 1_423, 1_450, 1_499])(
    "finds %i bytes in at most three steps",
    async (limit) => {
      const { found, steps } = await find(limit);
      expect(found).toBe(limit);
      expect(steps.length).toBeLessThanOrEqual(3);
      expect(Math.max(...steps.map(({ length }) => length))).toBeLessThanOrEqual(17);
    },
  );

  test("is exact to a few bytes for unusual sizes", async () => {
    const { found } = await find(3_333);
    expect(found).toBeGreaterThan(3_300);
    expect(found).toBeLessThanOrEqual(3_333);
  });

  test("gives null if nothing passes", async () => {
    expect(await find(100)).toMatchObject({ found: null, steps: [{ length: 17 }] });
  });

  test("gives null if nothing is lost any more", async () => {
    expect(await find(9_000)).toMatchObject({ found: null });
  });

  test("gives null if a size is lost and a larger one passes", async () => {
    expect(await findLargest(async (bytes) => bytes <= 1_450 && bytes !== 1_300)).toBeNull();
  });

  test("gives the result of complete steps if a later step contradicts itself or ends early", async () => {
    const odd = (bytes: number) => bytes <= 1_423 && bytes !== 1_421;
    expect(await findLargest(async (bytes) => odd(bytes))).toBe(1_420);
    const ending = async (bytes: number) => {
      if (bytes > 1_420 && bytes < 1_430) throw new Error("over");
      return bytes <= 1_423;
    };
    expect(await findLargest(ending)).toBe(1_420);
  });

  test("begins with the largest size, so that a slow pong does not look like a loss of large packets", async () => {
    let asked = 0;
    expect(await findLargest(async () => (asked += 1) <= 9)).toBeNull();
  });
});
