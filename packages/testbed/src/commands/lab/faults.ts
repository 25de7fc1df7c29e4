import { kindOf } from "../../faults/kinds.ts";
import { LabClient } from "../../namespaces/lab-client.ts";
import { KIND_NAMES } from "../../faults/read-fault.ts";
import { type Command, EXIT, readOptions } from "../command.ts";
import { activeLines, synopsis } from "./fault-text.ts";

const WIDTH = Math.max(...KIND_NAMES.map((name) => name.length));

const USAGE = `Lists what can be broken, with what each takes, and what is broken now.

Usage: lab faults
`;

export const faults: Command = {
  summary: "what can be broken, and what is broken now",
  usage: () => USAGE,
  async run(args, { out }) {
    readOptions(args, {});
    const lab = LabClient.find();
    for (const name of KIND_NAMES) {
      const kind = kindOf(name);
      out(`${name.padEnd(WIDTH)}  ${kind.summary}`);
      const takes = synopsis(kind);
      if (takes !== "") out(`${" ".repeat(WIDTH)}  ${takes}`);
    }
    out("\n`pnpm lab break KIND --help` says what the options are.");
    if (!lab) return EXIT.fine;
    const active = activeLines((await lab.ask("state")).faults);
    out(active.length === 0 ? "Nothing is broken now." : `Broken now:\n${active.join("\n")}`);
    return EXIT.fine;
  },
};
