import { cpus, release, totalmem } from "node:os";
import { benchNetchecker } from "./netchecker-bench.ts";
import { formatTable, type Row } from "./table.ts";

const BENCHES: Record<string, () => Promise<Row[]>> = {
  "netchecker-200": () =>
    benchNetchecker(200, { storedWithinSeconds: 0.5, memoryMiB: 400, restMiB: 160 }),
  "netchecker-1000": () =>
    benchNetchecker(1_000, { storedWithinSeconds: 5, memoryMiB: 400, restMiB: 160 }),
};

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
