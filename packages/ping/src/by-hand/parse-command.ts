import { parseArgs } from "node:util";
import { type HandTarget, parseTarget, TARGETS } from "./parse-target.ts";

/** What the command line asks for. */
export type Command =
  | { readonly kind: "help" }
  | { readonly kind: "faults"; readonly faults: readonly string[] }
  | ({ readonly kind: "probe" } & ProbeOptions);

export interface ProbeOptions {
  readonly target: HandTarget;
  /** For one attempt; undefined: as the environment says. */
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

const OPTIONS = {
  probe: { type: "string" },
  timeout: { type: "string" },
  attempts: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

const ALLOWED = Object.keys(OPTIONS)
  .map((name) => `--${name}`)
  .join(", ");

/** The arguments → what to do, or every fault as a sentence. */
export function parseCommand(args: readonly string[]): Command {
  const faults: string[] = [];
  const given = new Map<string, string | undefined>();
  for (const token of tokensOf(args)) {
    if (token.kind === "positional")
      faults.push(`${JSON.stringify(token.value)} is no option; allowed: ${ALLOWED}`);
    if (token.kind !== "option") continue;
    if (!Object.hasOwn(OPTIONS, token.name))
      faults.push(`${token.rawName} is unknown; allowed: ${ALLOWED}`);
    else if (OPTIONS[token.name as keyof typeof OPTIONS].type === "boolean" && token.value)
      faults.push(`${token.rawName} takes no value`);
    else given.set(token.name, token.value);
  }
  if (given.has("help")) return { kind: "help" };

  const read = <T>(name: string, allowed: string, convert: (text: string) => T | null) => {
    const text = given.get(name);
    const value = text === undefined ? null : convert(text);
    if (value === null)
      faults.push(
        text === undefined
          ? `--${name} has no value; allowed: ${allowed}`
          : `--${name} is ${JSON.stringify(text)}; allowed: ${allowed}`,
      );
    return value ?? undefined;
  };
  const whole = (name: string, min: number, max: number) =>
    given.has(name)
      ? read(name, `a whole number from ${min} to ${max}`, (text) =>
          /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max ? Number(text) : null,
        )
      : undefined;
  const target = read("probe", TARGETS, parseTarget);
  const timeoutMs = whole("timeout", 10, 60_000);
  const attempts = whole("attempts", 1, 100) ?? 1;
  if (faults.length > 0 || !target) return { kind: "faults", faults };
  return { kind: "probe", target, timeoutMs, attempts, json: given.has("json") };
}

function tokensOf(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens;
}
