import type { Run } from "../command.ts";

/** One of the laboratory's commands. */
export interface Command {
  /** A line in the list of commands. */
  readonly summary: string;
  /** What `--help` prints; it may depend on what else is typed. */
  readonly usage: (args: readonly string[]) => string;
  readonly run: Run;
}
