import { parseArgs } from "node:util";
import { isHostPort } from "@netchecker/runtime/config";
import { BREAK_KINDS, type BreakKind, type NodeBreak } from "../breaks.ts";
import { MAX_NODES } from "../loopback-slice.ts";

/** What the command line asks for. */
export interface DemoOptions {
  readonly nodes: number;
  readonly intervalMs: number;
  readonly port: number;
  /** Undefined: until interrupted. */
  readonly rounds: number | undefined;
  readonly json: boolean;
  readonly dualStack: boolean;
  /** Empty: one local listener. */
  readonly external: readonly string[];
  readonly breaks: readonly NodeBreak[];
}

export type ParsedOptions =
  | { readonly kind: "run"; readonly options: DemoOptions }
  | { readonly kind: "help" }
  | { readonly kind: "faults"; readonly faults: readonly string[] };

export const USAGE = `Runs netChecker on one machine: a real Redis, real agents on nodes with addresses of their own.

Usage: demo [options]
  --nodes N            how many nodes, 1 to ${MAX_NODES} (default 5; up to 10 for each processor run smoothly)
  --interval SECONDS   how often a round starts, 2 to 3600 (default 10)
  --port PORT          where the results are served on localhost, 0 for any (default 32089)
  --rounds N           stop after N rounds; exit 0 when all was fine, 2 when something failed or was not measured
  --dual-stack         an IPv6 address beside every IPv4 one; takes root, and half as many nodes run smoothly
  --json               print the last results as JSON on stdout, and nothing else there
  --external TARGET    host:port or a URL outside of the cluster, repeatable (default: a local listener)
  --break NODE=KIND    break a node, repeatable; KIND is ${BREAK_KINDS.join(", ")}
  --help               this text
`;

const OPTIONS = {
  nodes: { type: "string" },
  interval: { type: "string" },
  port: { type: "string" },
  rounds: { type: "string" },
  "dual-stack": { type: "boolean" },
  json: { type: "boolean" },
  external: { type: "string", multiple: true },
  break: { type: "string", multiple: true },
  help: { type: "boolean" },
} as const;

const ALLOWED = Object.keys(OPTIONS)
  .map((name) => `--${name}`)
  .join(", ");

/** The arguments → what to run, or every fault as a sentence. */
export function parseOptions(args: readonly string[]): ParsedOptions {
  // Package managers hand the `--` between their own arguments and ours on.
  const own = args[0] === "--" ? args.slice(1) : [...args];
  const { tokens } = parseArgs({
    args: own,
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const faults: string[] = [];
  const given = new Map<string, (string | undefined)[]>();
  for (const token of tokens) {
    if (token.kind === "positional")
      faults.push(`${JSON.stringify(token.value)} is no option; allowed: ${ALLOWED}`);
    if (token.kind !== "option") continue;
    if (!Object.hasOwn(OPTIONS, token.name))
      faults.push(`${token.rawName} is unknown; allowed: ${ALLOWED}`);
    else if (OPTIONS[token.name as keyof typeof OPTIONS].type === "boolean" && token.value)
      faults.push(`${token.rawName} takes no value`);
    else given.set(token.name, [...(given.get(token.name) ?? []), token.value]);
  }
  if (given.has("help")) return { kind: "help" };

  const read = <T>(
    name: string,
    fallback: T,
    allowed: string,
    convert: (text: string) => T | null,
  ): T => {
    if (!given.has(name)) return fallback;
    const text = given.get(name)!.at(-1);
    const value = text === undefined ? null : convert(text);
    if (value !== null) return value;
    faults.push(fault(name, text, allowed));
    return fallback;
  };
  const nodes = read("nodes", 5, `a whole number from 1 to ${MAX_NODES}`, whole(1, MAX_NODES));
  const options: DemoOptions = {
    nodes,
    intervalMs: read("interval", 10_000, "seconds from 2 to 3600", seconds(2, 3600)),
    port: read("port", 32_089, "a whole number from 0 to 65535", whole(0, 65_535)),
    rounds: read("rounds", undefined, "a whole number from 1 to 1000000", whole(1, 1_000_000)),
    json: given.has("json"),
    dualStack: given.has("dual-stack"),
    external: (given.get("external") ?? []).flatMap((text) => {
      if (text !== undefined && isExternal(text)) return [text];
      faults.push(fault("external", text, "host:port or an http(s) URL"));
      return [];
    }),
    breaks: (given.get("break") ?? []).flatMap((text) => {
      const broken = text === undefined ? null : nodeBreak(text, nodes);
      if (broken) return [broken];
      const allowed = `NODE=KIND, NODE ${nodeNames(nodes)}, KIND ${BREAK_KINDS.join(", ")}`;
      faults.push(fault("break", text, allowed));
      return [];
    }),
  };
  return faults.length > 0 ? { kind: "faults", faults } : { kind: "run", options };
}

const fault = (name: string, text: string | undefined, allowed: string) =>
  text === undefined
    ? `--${name} has no value; allowed: ${allowed}`
    : `--${name} is ${JSON.stringify(text)}; allowed: ${allowed}`;

const nodeNames = (nodes: number) => (nodes === 1 ? "node-1" : `node-1 to node-${nodes}`);

const whole = (min: number, max: number) => (text: string) =>
  /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max ? Number(text) : null;

const seconds = (min: number, max: number) => (text: string) =>
  /^\d+(\.\d+)?$/.test(text) && Number(text) >= min && Number(text) <= max
    ? Math.round(Number(text) * 1000)
    : null;

const isExternal = (text: string) =>
  !text.includes(",") && (isHostPort(text) || /^https?:$/.test(URL.parse(text)?.protocol ?? ""));

function nodeBreak(text: string, nodes: number): NodeBreak | null {
  const [, node, index, kind] = /^(node-(\d+))=(.+)$/.exec(text) ?? [];
  if (node === undefined || !(BREAK_KINDS as string[]).includes(kind!)) return null;
  if (index!.startsWith("0") || Number(index) > nodes) return null;
  return { node, kind: kind as BreakKind };
}
