import { spawn } from "node:child_process";
import { cpus, release, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { limitsFault, upLoopback } from "./bed/limits-fault.ts";
import { formatRows } from "./format-rows.ts";
import { isMet, type LoadRow, type SkippedRow } from "./load-row.ts";
import { ROWS } from "./rows.ts";

const HELP = `Tries to overload netChecker. Prints which processes died, what was lost, and the peak memory.

  npx -y pnpm@12 bench:load [--only ROW,…] [--quick]

  --only ROW,…  try only these rows. The rows: ${Object.keys(ROWS).join(", ")}
  --quick       takes seconds instead of minutes. Where a row has many cases, it tries a random sample
  --help        prints this text

It needs root on Linux. Each service runs in a cgroup with the memory limit of its manifest. All services run in
one network namespace. Exit code: 0 if all rows are met, 1 if one is not met, 2 for bad arguments.`;

/** This environment variable is set in the process that runs in the new network namespace. */
const INSIDE_VARIABLE = "NETCHECKER_LOAD_INSIDE";

interface Options {
  readonly only: readonly string[];
  readonly quick: boolean;
}

function readOptions(): Options | null {
  const { values } = parseArgs({
    options: {
      only: { type: "string", multiple: true, default: [] },
      quick: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  const only = values.only.flatMap((names) => names.split(","));
  const unknown = only.filter((name) => !(name in ROWS));
  if (unknown.length > 0)
    throw new Error(
      `There is no row ${unknown.join(", ")}; allowed: ${Object.keys(ROWS).join(", ")}.`,
    );
  return { only, quick: values.quick };
}

async function tryRows({ only, quick }: Options): Promise<void> {
  const fault = limitsFault();
  if (fault === null) upLoopback();
  // Many services run at once, and each one adds a listener that cleans up when this process exits.
  process.setMaxListeners(200);
  const rows: Record<string, readonly (LoadRow | SkippedRow)[]> = {};
  for (const [name, attempt] of Object.entries(ROWS)) {
    if (only.length > 0 && !only.includes(name)) continue;
    console.error(`${name} …`);
    rows[name] =
      fault === null
        ? await attempt(quick).catch((error: Error) => [couldNotBeTried(name, error)])
        : [{ tried: name, skipped: fault }];
    console.error(formatRows({ [name]: rows[name] }));
  }
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.versions.node}`;
  console.log(`${machine}\n\n${formatRows(rows)}`);
  const all = Object.values(rows).flat();
  if (all.some((row) => !("skipped" in row) && !isMet(row))) process.exitCode = 1;
}

/** A row that throws an error is not met: nobody knows what it would have found. */
function couldNotBeTried(tried: string, error: Error): LoadRow {
  return { tried, died: [], lost: [], peak: "", seen: "", faults: [error.stack ?? error.message] };
}

/** Runs the same command in a new network namespace, so that its connections disturb nobody and end with it. */
function runInside(): void {
  const args = ["--net", "--", process.execPath, fileURLToPath(import.meta.url)];
  const child = spawn("unshare", [...args, ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...process.env, [INSIDE_VARIABLE]: "1" },
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  child.on("exit", (code) => (process.exitCode = code ?? 1));
}

// A signal makes this process exit normally, so that the exit listeners end the services and remove the files.
try {
  const options = readOptions();
  if (options === null) console.log(HELP);
  else if (process.env[INSIDE_VARIABLE] === undefined && limitsFault() === null) runInside();
  else {
    for (const signal of ["SIGINT", "SIGTERM"] as const)
      process.once(signal, () => process.exit(130));
    await tryRows(options);
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}
