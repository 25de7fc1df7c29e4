import type { LoadRow, SkippedRow } from "./load-row.ts";
import { tryAgentConnections } from "./rows/agent-connections.ts";
import { tryCheck } from "./rows/check-command.ts";
import { tryDamage } from "./rows/damage.ts";
import { type FailureOptions, tryFailures } from "./rows/failures.ts";
import { tryHostile } from "./rows/hostile.ts";
import { tryPartition } from "./rows/partition.ts";
import { tryReaders } from "./rows/readers.ts";

/** Tries one row. With `quick` it takes seconds instead of minutes. */
type Attempt = (quick: boolean) => Promise<readonly (LoadRow | SkippedRow)[]>;

const PATHS_AT_200_NODES = [
  "/results",
  "/mesh",
  "/mesh?with=attempts,latencies",
  "/report",
  "/rounds/OLD/results",
  "/rounds/OLD/mesh",
];
const PATHS_AT_1000_NODES = [
  "/mesh",
  "/results?ok=false",
  "/findings",
  "/results?format=text",
  "/verdict",
];

const FAILURES = [
  { pattern: "all-fail", description: "all checks fail at once, with details" },
  { pattern: "half", description: "half of all checks fail at random" },
  { pattern: "fifth", description: "a fifth of all checks fail at random" },
  { pattern: "detail-each", description: "all checks fail, each with a different detail" },
  { pattern: "healthy", description: "three nodes have an agent, the others have none", agents: 3 },
] as const satisfies readonly Partial<FailureOptions>[];

async function failuresAt(nodes: number, intervalMs: number, rounds: number): Promise<LoadRow[]> {
  const rows: LoadRow[] = [];
  for (const each of FAILURES) rows.push(await tryFailures({ ...each, nodes, intervalMs, rounds }));
  return rows;
}

/** The rows, by the names that the command line accepts. */
export const ROWS: Readonly<Record<string, Attempt>> = {
  "readers-200": (quick) =>
    tryReaders({
      nodes: 200,
      intervalMs: quick ? 15_000 : 60_000,
      loadMs: quick ? 30_000 : 300_000,
      graceMs: quick ? 60_000 : 120_000,
      honest: 200,
      paths: PATHS_AT_200_NODES,
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
      paths: PATHS_AT_1000_NODES,
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
    await tryAgentConnections({ loadMs: quick ? 10_000 : 60_000, idle: 10_000, halfHeads: 80 }),
  ],
  check: async (quick) => [
    await tryCheck({ nodes: 200, intervalMs: 5_000, times: quick ? 2 : 10 }),
  ],
  partition: async (quick) => [
    await tryPartition(quick ? { steps: 4, pairs: 4 } : { steps: 200, pairs: 8 }),
  ],
};
