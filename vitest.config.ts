import { defineConfig } from "vitest/config";

/** Whole clusters with a network each: one at a time, and when nothing else runs. */
const LABORATORIES = "packages/fault-lab/tests/**/*.test.ts";

export default defineConfig({
  test: {
    // For two cores. Whole clusters of processes run inside some of these tests, and wait most of the time.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: "all",
          include: [
            "packages/*/src/**/*.test.ts",
            "packages/*/tests/**/*.test.ts",
            "tests/**/*.test.ts",
          ],
          exclude: ["**/node_modules/**", LABORATORIES],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "laboratories",
          include: [LABORATORIES],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
