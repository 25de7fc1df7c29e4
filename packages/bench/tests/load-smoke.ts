import { upLoopback } from "../src/load/bed/limits-fault.ts";
import type { LoadRow } from "../src/load/load-row.ts";
import { tryDamage } from "../src/load/rows/damage.ts";
import { tryReaders } from "../src/load/rows/readers.ts";

/** Runs two rows of the load benchmark, as small as possible, and prints them as JSON. Needs a new network namespace. */
upLoopback();
const rows: LoadRow[] = [
  ...(await tryReaders({
    nodes: 30,
    intervalMs: 3_000,
    loadMs: 5_000,
    graceMs: 20_000,
    honest: 48,
    paths: ["/results", "/mesh?with=attempts,latencies", "/report", "/rounds/OLD/mesh"],
    wholePaths: [],
    never: 48,
    idle: 1_000,
  })),
  await tryDamage({ nodes: 3, intervalMs: 1_000, drawn: 1 }),
];
console.log(JSON.stringify(rows));
