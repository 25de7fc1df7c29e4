import { constants } from "node:os";
import { parseOptions, USAGE } from "./demo/parse-options.ts";
import { EXIT, runDemo } from "./demo/run-demo.ts";

const terminal = {
  out: (text: string) => void process.stdout.write(`${text}\n`),
  err: (text: string) => void process.stderr.write(`${text}\n`),
};

const parsed = parseOptions(process.argv.slice(2));
if (parsed.kind === "help") process.stdout.write(USAGE);
else if (parsed.kind === "faults") {
  terminal.err(`${parsed.faults.join("\n")}\n\n${USAGE}`);
  process.exitCode = EXIT.fault;
} else {
  const interrupt = new AbortController();
  let exitCode = 0;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      // Pressed twice: no more patience. Leaving ends all children on the spot.
      if (interrupt.signal.aborted) process.exit(exitCode);
      exitCode = 128 + constants.signals[signal];
      interrupt.abort();
    });
  process.exitCode = (await runDemo(parsed.options, terminal, interrupt.signal)) ?? exitCode;
}
