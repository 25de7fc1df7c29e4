import { type NodeHistory, okOf } from "@netchecker/contract";
import type { SimulatedRound } from "./simulated-rounds.ts";

/** One node over simulated rounds, as the wire has it. */
export function nodeHistoryOf(rounds: readonly SimulatedRound[], node: string): NodeHistory {
  return {
    node,
    rounds: rounds.map(({ round: { head, plan, matrices } }) => {
      const counts = { outFailed: 0, outTotal: 0, inFailed: 0, inTotal: 0 };
      const latencies = { out: [] as number[], in: [] as number[] };
      for (const type of ["pod", "node"] as const)
        for (const [index, target] of plan.targets[type].entries())
          for (const [row, agent] of plan.agents.entries()) {
            if ((agent.node === node) === (target.node === node)) continue;
            const cell = matrices[type].cell(row, index);
            const ok = okOf(matrices[type].reasons[cell]!);
            if (ok === null || (agent.expected ?? target.expected) !== null) continue;
            const way = agent.node === node ? "out" : "in";
            counts[`${way}Total`] += 1;
            if (!ok) counts[`${way}Failed`] += 1;
            else if (type === "pod") latencies[way].push(matrices[type].latencyUs[cell]! / 1_000);
          }
      return {
        id: head.id,
        startedAt: head.startedAt,
        agent: head.missing.find((agent) => agent.node === node)?.why ?? "reported",
        ...counts,
        outLatencyMs: median(latencies.out),
        inLatencyMs: median(latencies.in),
      };
    }),
  };
}

function median(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? null;
}
