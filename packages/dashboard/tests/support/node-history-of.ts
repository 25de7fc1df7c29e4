import type { NodeHistory } from "@netchecker/contract";
import { nodeLines, nodeMoment } from "@netchecker/netchecker/src/core/history/node-lines.ts";
import type { SimulatedRound } from "./simulated-rounds.ts";

/**
 * The history of one node over simulated rounds, in the wire's form, made by netchecker's own code.
 */
export function nodeHistoryOf(rounds: readonly SimulatedRound[], node: string): NodeHistory {
  return {
    node,
    rounds: rounds.flatMap(
      ({ round }) => nodeMoment(round.head.id, Buffer.from(nodeLines(round)), node) ?? [],
    ),
  };
}
