import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { LabError } from "../lab-error.ts";

const SOURCE = new URL("../../../netchecker/src/main.ts", import.meta.url);

/** What keeps rounds apart, and what it is replaced by: a report that comes late enters the round that is open. */
const LATE_REPORTS: readonly (readonly [string, string])[] = [
  ['if (report.round < this.#round) return "late";', ""],
  ['if (report.list !== this.#list) return "late";', ""],
];

/**
 * Builds a netchecker that is wrong on purpose, to prove that a soak sees it: late reports enter the next
 * round. Gives the bundle's path. Rejects with a LabError where the source is not as it was when this was written.
 */
export async function buildWrongNetchecker(folder: string): Promise<string> {
  const outfile = join(folder, "wrong-netchecker.cjs");
  let replaced = 0;
  const spoil: Plugin = {
    name: "late-reports-enter-the-next-round",
    setup(builder) {
      builder.onLoad({ filter: /core\/round-collector\.ts$/ }, async ({ path }) => {
        let contents = await readFile(path, "utf8");
        for (const [right, wrong] of LATE_REPORTS) {
          if (contents.includes(right)) replaced += 1;
          contents = contents.replace(right, wrong);
        }
        return { contents, loader: "ts" };
      });
    },
  };
  await build({
    entryPoints: [SOURCE.pathname],
    outfile,
    bundle: true,
    plugins: [spoil],
    platform: "node",
    format: "cjs",
    logLevel: "warning",
  });
  if (replaced !== LATE_REPORTS.length)
    throw new LabError(
      "round-collector.ts has changed: wrong-build.ts does not know how to spoil it",
    );
  return outfile;
}
