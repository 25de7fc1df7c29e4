import type { LoadRow, SkippedRow } from "./load-row.ts";
import { tryDoors } from "./rows/agents-doors.ts";
import { tryCheck } from "./rows/check-beside.ts";
import { tryDamage } from "./rows/damage.ts";
import { type FailureOptions, tryFailures } from "./rows/failures.ts";
import { tryHostile } from "./rows/hostile.ts";
import { tryPartition } from "./rows/partition.ts";
import { tryReaders } from "./rows/readers.ts";

/** Tries one row, in seconds where `quick`. */
type Attempt = (quick: boolean) => Promise<readonly (LoadRow | SkippedRow)[]>;

const READ_AT_200 = [
  "/results",
  "/mesh",
  "/mesh?with=attempts,latencies",
  "/report",
  "/rounds/OLD/results",
  "/rounds/OLD/mesh",
];
const READ_AT_1000 = [
  "/mesh",
  "/results?ok=false",
  "/findings",
  "/results?format=text",
  "/verdict",
];

const FAILURES = [
  { pattern: "all-fail", saying: "everything fails at once, with details" },
  { pattern: "half", saying: "half of all fails, each by chance" },
  { pattern: "fifth", saying: "a fifth of all fails, each by chance" },
  { pattern: "detail-each", saying: "a detail of its own in each cell" },
  { pattern: "well", saying: "three agents, the other nodes without one", agents: 3 },
] as const satisfies readonly Partial<FailureOptions>[];

async function failuresAt(nodes: number, intervalMs: number, rounds: number): Promise<LoadRow[]> {
  const rows: LoadRow[] = [];
  for (const each of FAILURES) rows.push(await tryFailures({ ...each, nodes, intervalMs, rounds }));
  return rows;
}

/** What is tried, by the names that the command line knows. */
export const ROWS: Readonly<Record<string, Attempt>> = {
  "readers-200": (quick) =>
    tryReaders({
      nodes: 200,
      intervalMs: quick ? 15_000 : 60_000,
      loadMs: quick ? 30_000 : 300_000,
      graceMs: quick ? 60_000 : 120_000,
      honest: 200,
      paths: READ_AT_200,
      wholePaths: [],
      never: 200,
      idle: 10_000,
    }),
  "readers-1000": (quick) =>
    tryReaders({
      nodes: 1_000,
      intervalMs: quick ? 20_000 : 60_000,
      loadMs: quick ? 60_000 : 300_000,
      graceMs: 120_000,
      honest: 200,
      paths: READ_AT_1000,
      wholePaths: ["/results", "/report"],
      never: 200,
      idle: 10_000,
    }),
  "failures-200": (quick) => failuresAt(200, quick ? 8_000 : 10_000, quick ? 2 : 6),
  "failures-1000": (quick) => failuresAt(1_000, quick ? 15_000 : 30_000, quick ? 2 : 4),
  hostile: async (quick) => {
    const options = { nodes: 200, intervalMs: 10_000, messages: quick ? 2_000 : 100_000 };
    return [
      await tryHostile({ ...options, auth: true }),
      await tryHostile({ ...options, auth: false }),
    ];
  },
  damage: async (quick) => [
    await tryDamage({ nodes: 5, intervalMs: 2_000, drawn: quick ? 6 : null }),
  ],
  agents: async (quick) => [
    await tryDoors({ loadMs: quick ? 10_000 : 60_000, idle: 10_000, halfHeads: 80 }),
  ],
  check: async (quick) => [
    await tryCheck({ nodes: 200, intervalMs: 5_000, times: quick ? 2 : 10 }),
  ],
  partition: async (quick) => [
    await tryPartition(quick ? { steps: 4, worlds: 4 } : { steps: 200, worlds: 8 }),
  ],
};
