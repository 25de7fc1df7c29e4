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
  // A reader may stop before the end: `lab faults | head`.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });

const interrupt = new AbortController();
let exitCode = 0;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    // A second Ctrl-C ends this process at once. Its children end with it, and a laboratory that is starting ends by itself.
    if (interrupt.signal.aborted) process.exit(exitCode);
    exitCode = 128 + constants.signals[signal];
    interrupt.abort();
  });
// Only the code of one command is loaded, so that the start is short.
const run =
  name === "lab"
    ? (await import("./commands/lab/run-lab.ts")).runLab
    : (await import("./commands/demo/run-demo.ts")).runDemo;
process.exitCode = (await run(args, terminal, interrupt.signal)) ?? exitCode;
