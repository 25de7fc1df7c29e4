import { type Command, EXIT, orSayWhy, type Run } from "../command.ts";
import { breakCommand } from "./break.ts";
import { down } from "./down.ts";
import { exec, shell } from "./enter.ts";
import { faults } from "./faults.ts";
import { heal } from "./heal.ts";
import { results } from "./results.ts";
import { soak } from "./soak.ts";
import { state } from "./state.ts";
import { up } from "./up.ts";

/** Every command, by its name. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  up,
  break: breakCommand,
  results,
  heal,
  faults,
  state,
  shell,
  exec,
  down,
  soak,
};

const WIDTH = Math.max(...Object.keys(COMMANDS).map((name) => name.length));

const USAGE = `A cluster of network namespaces on this machine, to break its network and see what netChecker says of it.

Usage: lab COMMAND [options]
${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(WIDTH)}  ${summary}\n`)
  .join("")}
\`lab COMMAND --help\` says more.
`;

/** Runs one of the laboratory's commands. */
export const runLab: Run = async ([name, ...rest], terminal, signal) => {
  if (name === "--help" || name === "help") {
    terminal.out(USAGE.trimEnd());
    return EXIT.fine;
  }
  const command = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name]! : null;
  if (!command) {
    const names = Object.keys(COMMANDS).join(", ");
    const fault =
      name === undefined
        ? `No command is given; allowed: ${names}`
        : `${JSON.stringify(name)} is no command; allowed: ${names}`;
    terminal.err(`${fault}\n\n${USAGE.trimEnd()}`);
    return EXIT.fault;
  }
  if (asksForHelp(rest)) {
    terminal.out(command.usage(rest).trimEnd());
    return EXIT.fine;
  }
  const run = orSayWhy(command.run, `\`pnpm lab ${name} --help\` says more.`);
  return run(rest, terminal, signal);
};

/** What follows `--` is not for us. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end === -1 ? args : args.slice(0, end)).includes("--help");
}
