import { TestbedError } from "../../testbed-error.ts";
import { MachineError } from "../../namespaces/machine.ts";
import { EXIT, type Terminal, UsageError } from "./command.ts";
import { COMMANDS } from "./commands.ts";

const WIDTH = Math.max(...Object.keys(COMMANDS).map((name) => name.length));

const USAGE = `A cluster of network namespaces on this machine, to break its network and see what netChecker says of it.

Usage: lab COMMAND [options]
${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(WIDTH)}  ${summary}\n`)
  .join("")}
\`lab COMMAND --help\` says more.
`;

/**
 * Runs what is typed. Gives the exit code; undefined when it was interrupted before it had done what it was asked to.
 */
export async function runCommand(
  args: readonly string[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number | undefined> {
  // Package managers hand the `--` between their own arguments and ours on.
  const [name, ...rest] = args[0] === "--" ? args.slice(1) : args;
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
  return run(name!, rest, terminal, signal);
}

/** What follows `--` is not for us. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end === -1 ? args : args.slice(0, end)).includes("--help");
}

async function run(
  name: string,
  args: readonly string[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number | undefined> {
  try {
    return await COMMANDS[name]!.run(args, terminal, signal);
  } catch (error) {
    if (signal.aborted && error === signal.reason) return undefined;
    if (!(error instanceof TestbedError)) throw error;
    terminal.err(error.message);
    if (error instanceof UsageError) terminal.err(`\`pnpm lab ${name} --help\` says more.`);
    return error instanceof MachineError ? EXIT.unsuitableMachine : EXIT.fault;
  }
}
