/** The command line of both testbeds: `demo`, or `lab` and one of its commands. */
import { constants } from "node:os";

const terminal = {
  out: (text: string) => void process.stdout.write(`${text}\n`),
  err: (text: string) => void process.stderr.write(`${text}\n`),
};

const [, , name, ...typed] = process.argv;
// Package managers hand the `--` between their own arguments and ours on.
const args = typed[0] === "--" ? typed.slice(1) : typed;
if (name === "lab")
  // Who reads along may stop before the end: `lab faults | head`.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });

const interrupt = new AbortController();
let exitCode = 0;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    // Pressed twice: no more patience. Leaving ends all children on the spot; a laboratory that is about to start ends by itself.
    if (interrupt.signal.aborted) process.exit(exitCode);
    exitCode = 128 + constants.signals[signal];
    interrupt.abort();
  });
// Each loads what it needs alone: a start is short then.
const run =
  name === "lab"
    ? (await import("./commands/lab/run-lab.ts")).runLab
    : (await import("./commands/demo/run-demo.ts")).runDemo;
process.exitCode = (await run(args, terminal, interrupt.signal)) ?? exitCode;
