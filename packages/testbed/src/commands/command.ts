import { type Options, readOptions as read, type TypedOptions } from "@netchecker/runtime/options";
import { MachineError } from "../namespaces/machine.ts";
import { TestbedError } from "../testbed-error.ts";

/** Where the lines go. */
interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Runs what is typed. Gives the exit code; undefined when it was interrupted before it had done what it was asked to. */
export type Run = (
  args: readonly string[],
  terminal: Terminal,
  signal: AbortSignal,
) => Promise<number | undefined>;

/** One of the laboratory's commands. */
export interface Command {
  /** A line in the list of commands. */
  readonly summary: string;
  /** What `--help` prints; it may depend on what else is typed. */
  readonly usage: (args: readonly string[]) => string;
  readonly run: Run;
}

export const EXIT = { fine: 0, fault: 1, notFine: 2, unsuitableMachine: 3 } as const;

/** What was typed is wrong: the message has a sentence a line. */
export class UsageError extends TestbedError {
  override name = "UsageError";

  constructor(faults: readonly string[]) {
    super(faults.join("\n"));
  }
}

/** netchecker answers, and cannot know: no round closes. The message is its verdict's sentence. */
export class UnmeasuredError extends Error {
  override name = "UnmeasuredError";
}

/** Runs it, and turns a {@link TestbedError} into its sentence and an exit code. `hint` follows after a {@link UsageError}. */
export const orSayWhy =
  (run: Run, hint: string): Run =>
  async (args, terminal, signal) => {
    try {
      return await run(args, terminal, signal);
    } catch (error) {
      if (signal.aborted && error === signal.reason) return undefined;
      if (error instanceof UnmeasuredError) {
        terminal.err(`UNMEASURED: ${error.message}`);
        return EXIT.notFine;
      }
      if (!(error instanceof TestbedError)) throw error;
      terminal.err(error.message);
      if (error instanceof UsageError) terminal.err(hint);
      return error instanceof MachineError ? EXIT.unsuitableMachine : EXIT.fault;
    }
  };

/** What is typed → values, and what is no option. Throws a {@link UsageError} that names every fault. */
export function readOptions<const O extends Options>(
  args: readonly string[],
  options: O,
  mayHavePositionals = false,
): Omit<TypedOptions<O>, "faults"> {
  const { faults, ...typed } = read(args, options, mayHavePositionals);
  if (faults.length > 0) throw new UsageError(faults);
  return typed;
}
