import { type Command, EXIT, readOptions, UsageError } from "../command.ts";
import { LabClient } from "../../namespaces/lab-client.ts";

const USAGE = `Heals what was broken: one fault by its id, or all.

Usage: lab heal [ID]
`;

export const heal: Command = {
  summary: "heal one fault, or all",
  usage: () => USAGE,
  async run(args, { out }) {
    const { positionals } = readOptions(args, {}, true);
    const [id, extra] = positionals;
    if (extra !== undefined)
      throw new UsageError([
        `${JSON.stringify(extra)} is too much; allowed: one id, or none for all`,
      ]);
    const healed = await LabClient.mustFind().ask("heal", id);
    out(healed.length === 0 ? "Nothing was broken." : `Healed ${healed.join(", ")}.`);
    return EXIT.fine;
  },
};
