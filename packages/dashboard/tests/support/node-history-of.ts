import type { NodeHistory } from "@netchecker/contract";
import { nodeLines, nodeMoment } from "@netchecker/netchecker/src/core/history/node-lines.ts";
import type { SimulatedRound } from "./simulated-rounds.ts";

/** One node over simulated rounds, as the wire has it, by netchecker's own code. */
export function nodeHistoryOf(rounds: readonly SimulatedRound[], node: string): NodeHistory {
  return {
    node,
    rounds: rounds.flatMap(
      ({ round }) => nodeMoment(round.head.id, Buffer.from(nodeLines(round)), node) ?? [],
    ),
  };
}
