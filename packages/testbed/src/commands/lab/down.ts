import { LabClient } from "../../namespaces/lab-client.ts";
import { TestbedError } from "../../testbed-error.ts";
import { removeLeftovers } from "../../namespaces/leftovers.ts";
import { type Command, EXIT, readOptions } from "../command.ts";

const USAGE = `Ends the cluster; nothing of it is left.

Usage: lab down
`;

export const down: Command = {
  summary: "end the cluster",
  usage: () => USAGE,
  async run(args, { out }) {
    readOptions(args, {});
    const lab = LabClient.find();
    // Of one that was killed, too.
    removeLeftovers();
    if (!lab) throw new TestbedError("No laboratory is up.");
    await lab.down();
    out("The laboratory is down; nothing of it is left.");
    return EXIT.fine;
  },
};
