import { type Row, told } from "../../table.ts";
import type { FindingsOptions } from "../options.ts";
import { type Fault, FAULTS, judgeScene } from "./judge-scene.ts";
import { PLANNED_CHANGES } from "@netchecker/simulator/changes/planned-changes";
import { playScene } from "./play-scene.ts";
import type { ChangeScene } from "@netchecker/simulator/changes/script";
import { UNANNOUNCED_CHANGES } from "@netchecker/simulator/changes/unannounced-changes";

export const CHANGES: Readonly<Record<"planned" | "unannounced", readonly ChangeScene[]>> = {
  planned: PLANNED_CHANGES,
  unannounced: UNANNOUNCED_CHANGES,
};

const DRAWS = 1_000;

interface Wrong {
  readonly seed: number;
  readonly fault: Fault;
}

/** How a group's scenes went: a row for each, and of what went wrong an example each. */
export function benchChanges(
  group: keyof typeof CHANGES,
  { seed, draws, share }: FindingsOptions,
): { rows: Row[]; wrong: string[] } {
  const scenes = CHANGES[group];
  const count = draws ?? Math.ceil(DRAWS * share);
  const startedAt = performance.now();
  const wrong: string[] = [];
  const rows = scenes.map((scene, index) => {
    const ofIt = Math.ceil((count - index) / scenes.length);
    const failed = draw(scene, seed, ofIt);
    for (const what of FAULTS) {
      const same = failed.filter(({ fault }) => fault.what === what);
      if (same.length > 0)
        wrong.push(`${scene.name}: ${what}, ${same.length} of ${ofIt}; ${example(same[0]!)}`);
    }
    const right = `${ofIt - failed.length} of ${ofIt}`;
    return told(`${group}: ${scene.name}`, right, "all", failed.length === 0);
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  rows.push(told(`${group}, ${count} draws: took`, `${seconds.toFixed(0)} s`));
  return { rows, wrong };
}

function draw(scene: ChangeScene, seed: number, count: number): Wrong[] {
  return Array.from({ length: count }, (_, index) => seed + index).flatMap((each) => {
    const fault = judgeScene(playScene(scene, each));
    return fault ? [{ seed: each, fault }] : [];
  });
}

function example({ seed, fault }: Wrong): string {
  return `seed ${seed}, round ${fault.round}: ${fault.told}`;
}
