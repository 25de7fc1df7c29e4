import { setTimeout as sleep } from "node:timers/promises";
import type { Environment } from "@netchecker/runtime/config";
import { readProbeConfig } from "../config.ts";
import { familiesFor } from "../probes/look-up.ts";
import type { ProbeTools } from "../probes/probe.ts";
import { StallClock } from "../probes/stall-clock.ts";
import { type ProbeOptions, parseCommand, USAGE } from "./parse-command.ts";
import { type HandAttempt, probeByHand } from "./probe-by-hand.ts";
import { rehearse } from "./rehearse.ts";
import { tellAttempt, tellTarget } from "./tell-attempt.ts";

export interface Terminal {
  out(text: string): void;
  err(text: string): void;
}

const EXIT = { ok: 0, badInput: 1, failed: 2 } as const;

/** The same pause as between the attempts of a round. */
const PAUSE_MS = 150;

/**
 * Does what the arguments ask for and returns the exit code. Throws a ConfigError if a variable
 * that it needs is bad.
 */
export async function runCommand(
  args: readonly string[],
  env: Environment,
  terminal: Terminal,
): Promise<number> {
  const command = parseCommand(args);
  if (command.kind === "help") {
    terminal.out(USAGE);
    return EXIT.ok;
  }
  if (command.kind === "faults") {
    terminal.err(`${command.faults.join("\n")}\n\n${USAGE}`);
    return EXIT.badInput;
  }
  const config = readProbeConfig(env);
  const stalls = new StallClock();
  stalls.start();
  const attempts = await probeRepeatedly(
    command,
    {
      timeoutMs: command.timeoutMs ?? config.PROBE_TIMEOUT_MS,
      stalls,
      signal: new AbortController().signal,
      serviceConnections: 1,
      dnsServers: config.DNS_SERVERS,
      families: familiesFor(config.POD_IP),
    },
    terminal,
  );
  stalls.stop();
  return attempts.every(({ ok }) => ok) ? EXIT.ok : EXIT.failed;
}

async function probeRepeatedly(
  { target, attempts: count, json }: ProbeOptions,
  tools: ProbeTools,
  terminal: Terminal,
): Promise<HandAttempt[]> {
  await rehearse(target, tools);
  const attempts: HandAttempt[] = [];
  for (let number = 1; number <= count; number += 1) {
    if (number > 1) await sleep(PAUSE_MS);
    if (!json) terminal.out(`${number > 1 ? "\n" : ""}${tellTarget(target, number, count)}\n`);
    const attempt = await probeByHand(target, tools);
    attempts.push(attempt);
    if (!json) terminal.out(`${tellAttempt(attempt)}\n`);
  }
  const ok = attempts.filter((attempt) => attempt.ok).length;
  const answer = {
    target: target.url,
    kind: target.kind,
    timeoutMs: tools.timeoutMs,
    ok: ok === count,
    attempts,
  };
  if (json) terminal.out(`${JSON.stringify(answer, null, 2)}\n`);
  else if (count > 1) terminal.out(`\n${ok} of ${count} ok\n`);
  return attempts;
}
