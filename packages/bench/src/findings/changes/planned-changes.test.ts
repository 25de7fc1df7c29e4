import { describe, expect, it } from "vitest";
import { judgeScene } from "./judge-scene.ts";
import { PLANNED_CHANGES } from "@netchecker/simulator/changes/planned-changes";
import { playScene } from "./play-scene.ts";

const DRAWS = 10;

describe("planned changes", () => {
  it.each(PLANNED_CHANGES.map((scene) => [scene.name, scene] as const))(
    "%s: no alarm, before, during or after it",
    (_, scene) => {
      for (let seed = 1; seed <= DRAWS; seed += 1)
        expect([seed, judgeScene(playScene(scene, seed))]).toEqual([seed, null]);
    },
  );

  it.each(PLANNED_CHANGES.map((scene) => [scene.name, scene] as const))(
    "%s is seen: by what fails, is missing, has gone or is called planned",
    (_, scene) => {
      const plays = Array.from({ length: 4 }, (_each, seed) => playScene(scene, seed + 1));
      const seen = plays.filter(({ rounds }) =>
        rounds.some(({ round: { plan, summary, head }, view }) => {
          const planned = [...plan.agents, ...plan.targets.pod].some((each) => each.planned);
          const failed = Object.values(summary).some((counts) => counts.failed > 0);
          const notReady = view.nodes.some(({ ready }) => !ready);
          const went = view.nodes.length !== rounds[0]!.view.nodes.length;
          return planned || failed || notReady || went || head.missing.length > 0;
        }),
      );
      expect(seen.length).toBeGreaterThan(0);
    },
  );
});
