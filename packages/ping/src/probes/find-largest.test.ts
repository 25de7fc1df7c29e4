import { describe, expect, test } from "vitest";
import { findLargest } from "./find-largest.ts";

/** Finds the largest size on a path that passes so many bytes, and tells how many steps that took. */
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
    "finds %i bytes, in three steps at the most",
    async (limit) => {
      const { found, steps } = await find(limit);
      expect(found).toBe(limit);
      expect(steps.length).toBeLessThanOrEqual(3);
      expect(Math.max(...steps.map(({ length }) => length))).toBeLessThanOrEqual(17);
    },
  );

  test("comes within a few bytes where sizes are unusual", async () => {
    const { found } = await find(3_333);
    expect(found).toBeGreaterThan(3_300);
    expect(found).toBeLessThanOrEqual(3_333);
  });

  test("knows nothing where nothing passes", async () => {
    expect(await find(100)).toMatchObject({ found: null, steps: [{ length: 17 }] });
  });

  test("knows nothing where nothing is lost any more", async () => {
    expect(await find(9_000)).toMatchObject({ found: null });
  });

  test("says nothing where a size is lost and a larger one is not", async () => {
    expect(await findLargest(async (bytes) => bytes <= 1_450 && bytes !== 1_300)).toBeNull();
  });

  test("says what whole steps found, where a later one does not agree with itself or ends early", async () => {
    const odd = (bytes: number) => bytes <= 1_423 && bytes !== 1_421;
    expect(await findLargest(async (bytes) => odd(bytes))).toBe(1_420);
    const ending = async (bytes: number) => {
      if (bytes > 1_420 && bytes < 1_430) throw new Error("over");
      return bytes <= 1_423;
    };
    expect(await findLargest(ending)).toBe(1_420);
  });

  test("begins with the largest: a slow answerer is not taken for a loss of large ones", async () => {
    let asked = 0;
    expect(await findLargest(async () => (asked += 1) <= 9)).toBeNull();
  });
});
