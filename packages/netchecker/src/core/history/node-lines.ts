import { type Counts, latencyCode, latencyOf, type NodeMoment } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { countRound } from "@netchecker/round/count-round";
import { finish, type Steps } from "@netchecker/round/steps";
import { peerLatencies } from "./peer-latencies.ts";

/**
 * What a round keeps of its nodes for as long as the round is kept: the round's start, then one line per node. One
 * node can be found in thousands of rounds without decoding the others. Compressed, a node takes about ten bytes.
 */
export function* writeNodeLines(round: ClosedRound): Steps<string> {
  const { head, plan } = round;
  const missing = new Map(head.missing.map(({ node, why }) => [node, why]));
  const { nodes } = yield* countRound(round);
  const latencies = yield* peerLatencies(round);
  const lines = plan.agents.map(({ node }, n) => {
    const { from, to, atItself } = nodes[n]!;
    return [
      node,
      missing.get(node) ?? "reported",
      ...withPeers(from, atItself),
      ...withPeers(to, atItself),
      latencyCode(latencies.from[n]! / 1000),
      latencyCode(latencies.towards[n]! / 1000),
    ].join(" ");
  });
  return `${[head.startedAt, ...lines].join("\n")}\n`;
}

/** Failed and total between a node and the others. What a node finds at itself crosses no network. */
function withPeers(all: Readonly<Record<"pod" | "node", Counts>>, atItself: Counts) {
  const sum = (what: "failed" | "total") => all.pod[what] + all.node[what] - atItself[what];
  return [sum("failed"), sum("total")];
}

/** {@link writeNodeLines}, all steps at once. */
export function nodeLines(round: ClosedRound): string {
  return finish(writeNodeLines(round));
}

/** The bytes of such lines, as in a Buffer. Reading one line does not turn all of them into text. */
interface LineBytes {
  indexOf(text: string, from?: number): number;
  subarray(start: number, end: number): { toString(): string };
}

/** One node from a round's lines; null if the round does not have it, or if its line is cut off. */
export function nodeMoment(id: number, lines: LineBytes, node: string): NodeMoment | null {
  const before = lines.indexOf(`\n${node} `);
  if (before === -1) return null;
  const end = lines.indexOf("\n", before + 1);
  if (end === -1) return null;
  const [name, agent, ...numbers] = lines
    .subarray(before + 1, end)
    .toString()
    .split(" ");
  // A name with a space, which no node has, could match within a line.
  if (name !== node || numbers.length !== 6) return null;
  const [outFailed, outTotal, inFailed, inTotal, outLatency, inLatency] = numbers.map(Number);
  return {
    id,
    startedAt: lines.subarray(0, lines.indexOf("\n")).toString(),
    agent: agent as NodeMoment["agent"],
    outFailed: outFailed!,
    outTotal: outTotal!,
    inFailed: inFailed!,
    inTotal: inTotal!,
    outLatencyMs: shortLatency(outLatency!),
    inLatencyMs: shortLatency(inLatency!),
  };
}

/** A latency code is accurate to 3 %, so more digits would mean nothing. */
function shortLatency(code: number): number | null {
  const latencyMs = latencyOf(code);
  return latencyMs === null ? null : Number(latencyMs.toPrecision(3));
}
