import { soak } from "../../soak/soak.ts";
import { EXIT, readOptions } from "../command.ts";
import type { Command } from "./command.ts";
import { flag, seconds, whole } from "@netchecker/runtime/options";

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

export const soakCommand: Command = {
  summary: "break at random, judge every round, print a table",
  usage: () => USAGE,
  async run(args, { out }, signal) {
    const {
      minutes,
      seed,
      nodes,
      interval: intervalMs,
      "wrong-build": wrongBuild,
    } = readOptions(args, OPTIONS).values;
    const clean = await soak({ minutes, seed, nodes, intervalMs, wrongBuild }, out, signal);
    return clean ? EXIT.fine : EXIT.notFine;
  },
};
