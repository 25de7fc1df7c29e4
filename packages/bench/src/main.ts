import { cpus, release, totalmem } from "node:os";
import { benchAgentAndPong } from "./agent-and-pong-bench.ts";
import { benchAgent } from "./agent-bench.ts";
import { benchMemory } from "./memory-bench.ts";
import { benchMetrics } from "./metrics-bench.ts";
import { benchNetchecker } from "./netchecker-bench.ts";
import { benchPage } from "./page-bench.ts";
import { benchSilentNetwork } from "./silent-network-bench.ts";
import { formatTable, type Row } from "./table.ts";
import { benchThrottledAgent } from "./throttled-agent-bench.ts";

const BENCHES: Record<string, () => Promise<Row[]>> = {
  "agent-1000": () => benchAgent(1_000),
  "agent-1000-throttled": () => benchThrottledAgent(1_000),
  "agent-dropped": () => benchSilentNetwork("dropped"),
  "agent-no-way-out": () => benchSilentNetwork("no-way-out"),
  "agent-and-pong-200": () => benchAgentAndPong(200),
  memory: benchMemory,
  metrics: benchMetrics,
  "netchecker-200": () =>
    benchNetchecker(200, { storedWithinSeconds: 0.5, memoryMiB: 192, restMiB: 128 }),
  "netchecker-1000": () =>
    benchNetchecker(1_000, { storedWithinSeconds: 5, memoryMiB: 400, restMiB: 160 }),
  page: () =>
    benchPage([
      { nodes: 200, firstPictureMs: 1_000 },
      { nodes: 1_000, firstPictureMs: null },
    ]),
};

// An end by signal is an exit: then what was started and made ends and goes, too.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(
    `There is no benchmark ${unknown.join(", ")}; allowed: ${Object.keys(BENCHES).join(", ")}.`,
  );
  process.exitCode = 1;
} else {
  const rows: Row[] = [];
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    console.error(`${name} …`);
    rows.push(...(await bench()));
  }
  console.log(
    `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.versions.node}\n`,
  );
  console.log(formatTable(rows));
  if (rows.some(({ met }) => met === false)) process.exitCode = 1;
}
