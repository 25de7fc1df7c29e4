import { TestbedError } from "../../testbed-error.ts";

/** Where the lines go. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** One command of the command line. */
export interface Command {
  /** A line in the list of commands. */
  readonly summary: string;
  /** What `--help` prints; it may depend on what else is typed. */
  readonly usage: (args: readonly string[]) => string;
  /** Gives the exit code; rejects with a {@link TestbedError} for what is a sentence to the user. */
  readonly run: (
    args: readonly string[],
    terminal: Terminal,
    signal: AbortSignal,
  ) => Promise<number>;
}

export const EXIT = { fine: 0, fault: 1, notFine: 2, unsuitableMachine: 3 } as const;

/** What was typed is wrong: the message has a sentence a line. */
export class UsageError extends TestbedError {
  override name = "UsageError";

  constructor(faults: readonly string[]) {
    super(faults.join("\n"));
  }
}
