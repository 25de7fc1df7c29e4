import { startService } from "@netchecker/runtime/start";
import closeWithGrace from "close-with-grace";
import { runCommand } from "./by-hand/run-command.ts";
import { readPingConfig } from "./config.ts";
import { createAgent } from "./create-agent.ts";

const SHUTDOWN_MS = 2_500;

/**
 * With arguments, ping runs one command and ends. The command is imported like everything else:
 * with a dynamic import the bundler would wrap shared modules and keep unused ones, 2 MB more in
 * each agent.
 */
async function command(): Promise<void> {
  process.exitCode = await runCommand(process.argv.slice(2), process.env, {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  });
}

function main(): void {
  const agent = createAgent(readPingConfig(process.env));
  closeWithGrace({ delay: SHUTDOWN_MS, logger: false }, async ({ signal, err }) => {
    agent.log[err ? "fatal" : "info"]({ signal, err }, "stopping");
    await agent.stop();
  });
  agent.serve();
}

void startService("ping", process.argv.length > 2 ? command : main);
