import { describe, expect, it } from "vitest";
import { judgeScene } from "./judge-scene.ts";
import { playScene } from "./play-scene.ts";
import { UNANNOUNCED_CHANGES } from "@netchecker/simulator/changes/unannounced-changes";

const DRAWS = 10;

describe("unannounced changes", () => {
  it.each(UNANNOUNCED_CHANGES.map((scene) => [scene.name, scene] as const))(
    "%s: an alarm for as long as it is so, and nothing untrue",
    (_, scene) => {
      for (let seed = 1; seed <= DRAWS; seed += 1)
        expect([seed, judgeScene(playScene(scene, seed))]).toEqual([seed, null]);
    },
  );
});
