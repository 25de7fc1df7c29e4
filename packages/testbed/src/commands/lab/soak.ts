import { mkdtempDisposableSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { flag, seconds, whole } from "@netchecker/runtime/options";
import { startLab } from "../../namespaces/start-lab.ts";
import { runSoak } from "../../soak/run-soak.ts";
import { isClean, soakTable } from "../../soak/soak-tally.ts";
import { buildWrongNetchecker } from "../../soak/wrong-build.ts";
import { type Command, EXIT, readOptions } from "../command.ts";

const OPTIONS = {
  minutes: whole(1, 10_000, 30),
  seed: whole(0, 2 ** 31, 1),
  nodes: whole(3, 60, 6),
  interval: seconds(4, 3_600, 5),
  "wrong-build": flag,
} as const;

const USAGE = `Breaks a cluster of its own at random, in an order that the seed decides, while pods and nodes come and go; judges every
round, and prints a table. Exits with 0 when nothing was wrong, with 2 when something was. Ctrl-C ends it with its table.

Usage: lab soak [options]
  --minutes M          how long (default 30)
  --seed S             the same seed, the same faults (default 1)
  --nodes N            how many nodes, 3 to 60 (default 6)
  --interval SECONDS   how often a round starts, 4 to 3600 (default 5)
  --wrong-build        with a netchecker that is wrong on purpose, which the table must show
`;

export const soak: Command = {
  summary: "break at random, judge every round, print a table",
  usage: () => USAGE,
  async run(args, { out }, signal) {
    const { values } = readOptions(args, OPTIONS);
    const { minutes, seed, nodes, interval: intervalMs } = values;
    using folder = mkdtempDisposableSync(join(tmpdir(), "netchecker-soak-"));
    const bundles = values["wrong-build"]
      ? { netchecker: await buildWrongNetchecker(folder.path) }
      : {};
    await using lab = await startLab({ nodes, intervalMs, bundles, signal });
    const began = Date.now();
    const say = (line: string) => out(`${clock(Date.now() - began)}  ${line}`);
    const plan = { seed, nodes, durationMs: minutes * 60_000, intervalMs };
    const tally = await runSoak(lab, plan, say, signal);
    out(`\nsoak of ${minutes} minutes, ${nodes} nodes, seed ${seed}\n${soakTable(tally)}`);
    return isClean(tally) ? EXIT.fine : EXIT.notFine;
  },
};

function clock(milliseconds: number): string {
  const total = Math.floor(milliseconds / 1000);
  return `${String(Math.floor(total / 60)).padStart(2)}:${String(total % 60).padStart(2, "0")}`;
}
