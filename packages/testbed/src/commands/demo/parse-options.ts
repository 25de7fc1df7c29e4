import { isHostPort } from "@netchecker/runtime/config";
import { flag, readOptions as read, repeatable, seconds, whole } from "@netchecker/runtime/options";
import { BREAK_KINDS, type BreakKind, type NodeBreak } from "../../loopback/breaks.ts";
import { MAX_NODES } from "../../loopback/loopback-slice.ts";
import { UsageError } from "../command.ts";

function kindLines(): string {
  const half = Math.ceil(BREAK_KINDS.length / 2);
  const lines = [BREAK_KINDS.slice(0, half), BREAK_KINDS.slice(half)];
  return lines.map((kinds) => kinds.join(", ")).join(",\n                       ");
}

export const USAGE = `Runs netChecker on one machine: a real Redis, real agents on nodes with addresses of their own.

Usage: demo [options]
  --nodes N            how many nodes, 1 to ${MAX_NODES} (default 5; up to 10 for each processor run smoothly)
  --interval SECONDS   how often a round starts, 2 to 3600 (default 10); Kubernetes notices dead nodes as much faster
                       as rounds are shorter than 60 s: a round of 10 s goes with a control plane six times as fast
  --port PORT          where the results are served on localhost, 0 for any (default 32089)
  --rounds N           stop after N rounds; exit 0 when the verdict of each was ok, else 2
  --dual-stack         an IPv6 address beside every IPv4 one; takes root, and half as many nodes run smoothly
  --json               print the last results as JSON on stdout, and nothing else there
  --external TARGET    host:port or a URL outside of the cluster, repeatable (default: a local listener)
  --break NODE=KIND    break a node, repeatable; KIND is one of
                       ${kindLines()}
  --help               this text
`;

const NODES = 5;

/** Which nodes can be broken depends on how many there are. */
const optionsFor = (nodes: number) => ({
  nodes: whole(1, MAX_NODES, NODES),
  interval: seconds(2, 3600, 10),
  port: whole(0, 65_535, 32_089),
  // Undefined: until interrupted.
  rounds: whole(1, 1_000_000, undefined),
  "dual-stack": flag,
  json: flag,
  // Empty: one local listener.
  external: repeatable("host:port or an http(s) URL", (text) => (isExternal(text) ? text : null)),
  break: repeatable(breakAllowed(nodes), (text) => nodeBreak(text, nodes)),
  help: flag,
});

/** The arguments → what to run; null where help is asked for. Throws a {@link UsageError} that names every fault. */
export function parseOptions(args: readonly string[]) {
  const { nodes } = read(args, optionsFor(NODES)).values;
  const { values, faults } = read(args, optionsFor(nodes));
  if (values.help) return null;
  if (faults.length > 0) throw new UsageError(faults);
  const { interval: intervalMs, port, rounds, json, external, break: breaks } = values;
  const dualStack = values["dual-stack"];
  return { nodes, intervalMs, port, rounds, json, dualStack, external, breaks };
}

function breakAllowed(nodes: number): string {
  const names = nodes === 1 ? "node-1" : `node-1 to node-${nodes}`;
  return `NODE=KIND, NODE ${names}, KIND ${BREAK_KINDS.join(", ")}`;
}

const isExternal = (text: string) =>
  !text.includes(",") && (isHostPort(text) || /^https?:$/.test(URL.parse(text)?.protocol ?? ""));

function nodeBreak(text: string, nodes: number): NodeBreak | null {
  const [, node, index, kind] = /^(node-(\d+))=(.+)$/.exec(text) ?? [];
  if (node === undefined || !(BREAK_KINDS as string[]).includes(kind!)) return null;
  if (index!.startsWith("0") || Number(index) > nodes) return null;
  return { node, kind: kind as BreakKind };
}
