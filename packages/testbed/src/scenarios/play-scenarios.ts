import { parseArgs } from "node:util";
import { startLab } from "../namespaces/start-lab.ts";
import { SCENARIOS } from "./catalog.ts";
import { playScenario } from "./play-scenario.ts";

/** Plays all scenarios, or those whose name contains a word that is given, and prints a table. */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    nodes: { type: "string", default: "6" },
    "pod-network": { type: "string", default: "host-gateway" },
  },
});
const INTERVAL_MS = 5_000;
/** How many sentences of what is wrong in a scenario are printed. */
const MAX_SENTENCES = 8;

const wanted = SCENARIOS.filter(
  ({ name }) => positionals.length === 0 || positionals.some((word) => name.includes(word)),
);
const width = Math.max(...wanted.map(({ name }) => name.length));
const print = (name: string, ...cells: readonly unknown[]) =>
  console.log([name.padEnd(width), ...cells.map((cell) => `${cell}`.padStart(7))].join("  "));

await using lab = await startLab({
  nodes: Number(values.nodes),
  intervalMs: INTERVAL_MS,
  podNetwork: values["pod-network"] === "vxlan" ? "vxlan" : "host-gateway",
});
print("scenario", "pairs", "failed", "unknown", "wrong", "seconds");
let right = 0;
for (const scenario of wanted) {
  const { pairs, failed, unknown, wrong, seconds } = await playScenario(lab, scenario, INTERVAL_MS);
  print(scenario.name, pairs, failed, unknown, wrong.length, seconds.toFixed(1));
  for (const sentence of wrong.slice(0, MAX_SENTENCES)) console.log(`    ${sentence}`);
  if (wrong.length > MAX_SENTENCES) console.log(`    … and ${wrong.length - MAX_SENTENCES} more`);
  if (wrong.length === 0) right += 1;
}
console.log(`${right} of ${wanted.length} scenarios as they must be`);
process.exitCode = right === wanted.length ? 0 : 1;
