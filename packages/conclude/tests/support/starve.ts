import type { ClosedRound } from "@netchecker/round/closed-round";

/** A round in which the agents of some nodes, by their numbers, had too little CPU. */
export function starve(
  round: ClosedRound,
  nodes: readonly number[],
  throttledMs: number | null = null,
): ClosedRound {
  const agents = round.agents.map(({ health }, index) => ({
    health: Object.fromEntries(
      Object.entries(health).map(([type, each]) => [
        type,
        { ...each, prober: { ...each.prober, throttledMs, starved: nodes.includes(index + 1) } },
      ]),
    ),
  }));
  return { ...round, agents };
}
