import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Whole clusters with a network each: two at a time, and when nothing else runs. */
const LABORATORIES = "packages/testbed/tests/namespaces/**/*.test.ts";

/** Takes as long as all other laboratories together. vitest goes by the size of a file where it has not run before. */
const LONGEST_LABORATORY = "/core-scenarios.test.ts";

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLater = ({ moduleId }: TestSpecification) =>
      Number(!moduleId.endsWith(LONGEST_LABORATORY));
    return (await super.sort(files)).toSorted((a, b) => isLater(a) - isLater(b));
  }
}

export default defineConfig({
  test: {
    // For two cores. Whole clusters of processes run inside some of these tests, and wait most of the time.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    sequence: { sequencer: LongestFirst },
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
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
