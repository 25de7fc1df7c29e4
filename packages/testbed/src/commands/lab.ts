import { constants } from "node:os";
import { runCommand } from "./lab/run-command.ts";

const terminal = {
  out: (text: string) => void process.stdout.write(`${text}\n`),
  err: (text: string) => void process.stderr.write(`${text}\n`),
};

// Who reads along may stop before the end: `lab faults | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

const interrupt = new AbortController();
let exitCode = 0;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    // Pressed twice: no more patience. A laboratory that is about to start ends by itself then.
    if (interrupt.signal.aborted) process.exit(exitCode);
    exitCode = 128 + constants.signals[signal];
    interrupt.abort();
  });
process.exitCode =
  (await runCommand(process.argv.slice(2), terminal, interrupt.signal)) ?? exitCode;
