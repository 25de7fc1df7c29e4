import { flag, type Option, readOptions, whole } from "@netchecker/runtime/options";
import { type HandTarget, parseTarget, TARGETS } from "./parse-target.ts";

/** What the command line asks for. */
export type Command =
  | { readonly kind: "help" }
  | { readonly kind: "faults"; readonly faults: readonly string[] }
  | ({ readonly kind: "probe" } & ProbeOptions);

export interface ProbeOptions {
  readonly target: HandTarget;
  /** For one attempt. Undefined: the value from the environment. */
  readonly timeoutMs: number | undefined;
  readonly attempts: number;
  readonly json: boolean;
}

export const USAGE = `Without arguments: netChecker's agent. With --probe: one probe by hand, as the agent does it, stage by stage.

Usage: node main.js --probe TARGET [options]
  TARGET          http://IP:PORT/echo   a pong, small and large; also at a NodePort or a ClusterIP
                  http(s)://…           anything else that speaks HTTP
                  tcp://HOST:PORT       anything that accepts a connection
                  dns://NAME            a name in full, A and AAAA
  --timeout MS    for one attempt, 10 to 60000 (default PROBE_TIMEOUT_MS, or else 1000)
  --attempts N    so many, one after the other, 1 to 100 (default 1)
  --json          one JSON object on stdout
  --help          this text
Exit code: 0 all attempts were ok, 2 one failed, 1 bad input.
`;

const target: Option<HandTarget | undefined> = {
  allowed: TARGETS,
  read: parseTarget,
  fallback: undefined,
  required: true,
};
const OPTIONS = {
  probe: target,
  timeout: whole(10, 60_000, undefined),
  attempts: whole(1, 100, 1),
  json: flag,
  help: flag,
};

/** The arguments → what to do, or one sentence for each fault. */
export function parseCommand(args: readonly string[]): Command {
  const { values, faults } = readOptions(args, OPTIONS);
  const { probe, timeout: timeoutMs, attempts, json, help } = values;
  if (help) return { kind: "help" };
  if (!probe || faults.length > 0) return { kind: "faults", faults };
  return { kind: "probe", target: probe, timeoutMs, attempts, json };
}
