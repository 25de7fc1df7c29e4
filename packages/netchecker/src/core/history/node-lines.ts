import { latencyCode, latencyOf, type NodeMoment } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { finish, type Steps } from "@netchecker/round/steps";
import { nodeColumns } from "./node-columns.ts";

/**
 * What is kept of a round's nodes as long as the round is: its start, then a line a node, so that one is
 * found in thousands of rounds without reading the others. Compressed it is some ten bytes a node.
 */
export function* writeNodeLines(round: ClosedRound): Steps<string> {
  const { head, plan } = round;
  const missing = new Map(head.missing.map(({ node, why }) => [node, why]));
  const columns = yield* nodeColumns(round);
  const lines = plan.agents.map(({ node }, n) =>
    [
      node,
      missing.get(node) ?? "reported",
      columns.outFailed[n],
      columns.outTotal[n],
      columns.inFailed[n],
      columns.inTotal[n],
      latencyCode(columns.outLatencyUs[n]! / 1000),
      latencyCode(columns.inLatencyUs[n]! / 1000),
    ].join(" "),
  );
  return `${[head.startedAt, ...lines].join("\n")}\n`;
}

/** {@link writeNodeLines} at one go. */
export function nodeLines(round: ClosedRound): string {
  return finish(writeNodeLines(round));
}

/** The bytes of such lines, as a Buffer has them: to read one line, no text is made of all of them. */
interface LineBytes {
  indexOf(text: string, from?: number): number;
  subarray(start: number, end: number): { toString(): string };
}

/** One node out of a round's lines; null where the round does not know it, or the line is cut off. */
export function nodeMoment(id: number, lines: LineBytes, node: string): NodeMoment | null {
  const before = lines.indexOf(`\n${node} `);
  if (before === -1) return null;
  const end = lines.indexOf("\n", before + 1);
  if (end === -1) return null;
  const [name, agent, ...numbers] = lines
    .subarray(before + 1, end)
    .toString()
    .split(" ");
  // Of a name with a space in it, which no node has, the rest has matched.
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

/** A code is right within 3 %: more digits say nothing. */
function shortLatency(code: number): number | null {
  const latencyMs = latencyOf(code);
  return latencyMs === null ? null : Number(latencyMs.toPrecision(3));
}
