import { parseArgs } from "node:util";
import { startLab } from "../namespaces/start-lab.ts";
import { RoundWatcher } from "../services/watch-rounds.ts";

/**
 * How many probes fail for good where packets are lost at random everywhere, and how many needed another attempt. Prints
 * a table; exits with 1 when one failed.
 */
const { values } = parseArgs({
  options: {
    percent: { type: "string", default: "1" },
    rounds: { type: "string", default: "100" },
    nodes: { type: "string", default: "6" },
  },
});
const percent = Number(values.percent);
const nodes = Number(values.nodes);
const INTERVAL_MS = 5_000;
const PATIENCE_MS = 30_000;

await using lab = await startLab({ nodes, intervalMs: INTERVAL_MS });
const watcher = new RoundWatcher(lab.url);
await watcher.nextRound(PATIENCE_MS);
await lab.ask("break", { kind: "packet-loss", percent });
const count = { probes: 0, failed: 0, again: 0, unknown: 0, alarms: 0 };
for (let round = 1; round <= Number(values.rounds); round += 1) {
  const { results, findings } = await watcher.nextRound(PATIENCE_MS);
  count.probes += results.length;
  count.failed += results.filter(({ ok }) => ok === false).length;
  count.unknown += results.filter(({ ok }) => ok === null).length;
  count.again += results.filter(({ ok, attempts }) => ok && attempts > 1).length;
  count.alarms += findings.filter(
    ({ severity, state, kind }) =>
      severity !== "info" && state !== "recovered" && kind !== "packet-loss",
  ).length;
}
const rows = {
  [`${percent} % of packets lost everywhere, ${nodes} nodes`]: "",
  rounds: values.rounds,
  probes: count.probes,
  "failed after all attempts": count.failed,
  "ok after more than one attempt": count.again,
  "not measured": count.unknown,
  "findings that alarm, other than packet loss": count.alarms,
};
for (const [what, value] of Object.entries(rows))
  console.log(`${what.padEnd(48)}${String(value).padStart(8)}`);
process.exitCode = count.failed + count.alarms === 0 ? 0 : 1;
