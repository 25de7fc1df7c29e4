import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Whole clusters with a network each: two at a time, and when nothing else runs. */
const LABORATORIES = "packages/fault-lab/tests/**/*.test.ts";

/**
 * What takes longest, to begin with, so that none of it is alone at the end: vitest goes by the size of a file where it
 * has not run before. A file that keeps a processor busy comes after two that mostly wait.
 */
const FIRST = [
  "fault-lab/tests/core-scenarios",
  "dashboard/tests/local-cluster",
  "dashboard/tests/access",
  "e2e/unmeasured",
  "monitoring/scrape",
  "dashboard/tests/page",
  "e2e/nodes-die-together",
  "e2e/original-round-defects",
  "dashboard/tests/first-line",
  "local-cluster/tests/command-line",
  "e2e/breaks",
  "deploy/schemas",
  "local-cluster/tests/local-node",
  "e2e/redis-outage",
  "dashboard/tests/trust",
  "netchecker/tests/planned-changes",
  "netchecker/tests/watch-redis-trouble",
  "dashboard/tests/heat-map",
  "e2e/netchecker-restart",
  "e2e/node-dies",
  "deploy/contained",
];

const rankOf = ({ moduleId }: TestSpecification): number => {
  const rank = FIRST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
  return rank === -1 ? FIRST.length : rank;
};

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => rankOf(a) - rankOf(b));
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
