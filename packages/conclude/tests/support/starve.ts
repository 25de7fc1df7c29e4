import type { ClosedRound } from "@netchecker/round/closed-round";

/** A copy of a round in which the agents of some nodes had too little CPU. `nodes` are their numbers. */
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
