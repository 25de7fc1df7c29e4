import { describe, expect, it } from "vitest";
import { PLANNED_CHANGES, plannedScenes } from "./planned-changes.ts";
import { Random } from "./random.ts";
import { simulateRound } from "./simulate-round.ts";

const NAMES = Object.keys(PLANNED_CHANGES);
const DRAWS = 20;

function roundsOf(name: string, draw: number) {
  return plannedScenes(name, new Random(draw, name)).map(({ world, views }, index) => {
    const loseNothing = { ...world, burstShare: 0 };
    const random = new Random(draw, `round ${index}`);
    return simulateRound(loseNothing, views, { id: index + 1, random }).round;
  });
}

describe("planned changes", () => {
  it.each(NAMES)("%s fails nothing that its plan does not expect", (name) => {
    for (let draw = 0; draw < DRAWS; draw += 1)
      for (const { summary, head } of roundsOf(name, draw)) {
        expect(summary.pod.failed + summary.node.failed).toBe(0);
        expect(head.missing.filter(({ planned }) => planned === null)).toEqual([]);
      }
  });

  it.each(NAMES)("%s shows in what the plan expects", (name) => {
    const planned = roundsOf(name, 1).map(
      ({ plan }) =>
        plan.agents.filter((agent) => agent.planned !== null).length +
        plan.targets.pod.filter((target) => target.planned !== null).length,
    );
    expect(Math.max(...planned)).toBeGreaterThan(0);
  });
});
