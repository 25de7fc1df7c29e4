import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { TestbedError } from "../testbed-error.ts";

const SOURCE = new URL("../../../netchecker/src/main.ts", import.meta.url);

/** What keeps rounds apart, by file, and what it is replaced by: a report that comes late waits for, and enters, the next round. */
const SPOILT: Readonly<Record<string, readonly (readonly [right: string, wrong: string])[]>> = {
  "round/src/round-collector.ts": [
    ['if (round < this.#round) return "late";', ""],
    ['if (list !== this.#list) return "late";', ""],
  ],
  "netchecker/src/run-one-round.ts": [
    [
      'return { drop: head ? "late" : "wrong_shape" };',
      'return this.before?.readOrDrop(type, head, chars) ?? { drop: "late" };',
    ],
    [
      'const acceptance = this.#open?.collector.accept(report) ?? "late";',
      `if (!this.#open) return void (this.waiting ??= []).push(report);
       const acceptance = this.#open.collector.accept(report);`,
    ],
    [
      "this.#open = round;",
      `this.#open = round;
       if (round) this.before = round.collector;
       if (round) for (const report of this.waiting?.splice(0) ?? []) round.collector.accept(report);`,
    ],
  ],
};

/**
 * Builds a netchecker that is wrong on purpose, to prove that a soak sees it: late reports enter the next
 * round. Gives the bundle's path. Rejects with a TestbedError where the source is not as it was when this was written.
 */
export async function buildWrongNetchecker(folder: string): Promise<string> {
  const outfile = join(folder, "wrong-netchecker.cjs");
  // A file that was moved is missing, too.
  const missing = new Set(Object.keys(SPOILT));
  const spoil: Plugin = {
    name: "late-reports-enter-the-next-round",
    setup(builder) {
      for (const [file, replacements] of Object.entries(SPOILT))
        builder.onLoad({ filter: new RegExp(`/${file}$`) }, async ({ path }) => {
          let contents = await readFile(path, "utf8");
          if (replacements.every(([right]) => contents.includes(right))) missing.delete(file);
          for (const [right, wrong] of replacements) contents = contents.replace(right, wrong);
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
  if (missing.size > 0)
    throw new TestbedError(
      `${[...missing].join(", ")}: changed since wrong-build.ts learned to spoil it`,
    );
  return outfile;
}
