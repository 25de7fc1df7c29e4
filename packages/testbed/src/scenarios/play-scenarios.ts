import { parseArgs } from "node:util";
import { startLab } from "../namespaces/start-lab.ts";
import { SCENARIOS } from "./catalog.ts";
import { type Played, playScenario } from "./play-scenario.ts";
import { scenarioTable } from "./scenario-table.ts";

/** Plays all scenarios, or those whose name contains a word that is given, and prints a table. */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    nodes: { type: "string", default: "6" },
    "pod-network": { type: "string", default: "host-gateway" },
  },
});
const INTERVAL_MS = 5_000;

const wanted = SCENARIOS.filter(
  ({ name }) => positionals.length === 0 || positionals.some((word) => name.includes(word)),
);
const table = scenarioTable(Math.max(...wanted.map(({ name }) => name.length)));
const lab = await startLab({
  nodes: Number(values.nodes),
  intervalMs: INTERVAL_MS,
  podNetwork: values["pod-network"] === "vxlan" ? "vxlan" : "host-gateway",
  port: 0,
});
const played: Played[] = [];
try {
  console.log(table.heading);
  for (const scenario of wanted) {
    const result = await playScenario(lab, scenario, INTERVAL_MS);
    played.push(result);
    console.log(table.line(result));
  }
} finally {
  await lab.down();
}
const wrong = played.filter((each) => each.wrong.length > 0);
console.log(`${played.length - wrong.length} of ${played.length} scenarios as they must be`);
process.exitCode = wrong.length === 0 ? 0 : 1;
