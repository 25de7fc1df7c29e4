import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Whole clusters with a network each: two at a time, and when nothing else runs. */
const LABORATORIES = "packages/testbed/tests/namespaces/**/*.test.ts";

/** These files take longest, because clusters or browsers run in them: the longest first. */
const LONGEST = [
  "lab-commands.test.ts",
  "core-scenarios-first.test.ts",
  "core-scenarios-second.test.ts",
  "scrape.test.ts",
  "dashboard/tests/local-cluster.test.ts",
  "command-line.test.ts",
  "nodes-die-together.test.ts",
];

/** vitest goes by the size of a file that it has not run before. Tests beside the source end in a moment. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}`));
      if (at !== -1) return at;
      return moduleId.includes("/src/") ? LONGEST.length + 1 : LONGEST.length;
    };
    return (await super.sort(files)).toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

export default defineConfig({
  test: {
    // For two cores. Whole clusters of processes run inside some of these tests, and wait most of the time.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A busy machine may take longer than the usual second.
    expect: { poll: { timeout: 15_000 } },
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: "units",
          include: ["packages/*/src/**/*.test.ts"],
          // They share their worker's modules: loading them again takes four times as long as the tests.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "processes",
          include: ["packages/*/tests/**/*.test.ts", "tests/**/*.test.ts"],
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
