import { type Row, told } from "../table.ts";
import { AlarmWatch } from "./alarms.ts";
import type { Scene } from "@netchecker/simulator/background";
import { drawCluster } from "@netchecker/simulator/cluster";
import { formatForm } from "@netchecker/simulator/expectation";
import type { FindingsOptions } from "./options.ts";
import { Random } from "@netchecker/simulator/random";
import { ALL_WELL } from "@netchecker/simulator/shown-cluster";
import { simulateRound } from "@netchecker/simulator/simulate-round";
import { healthyWorld } from "@netchecker/simulator/world";

const CLEAN_ROUNDS = 10_000;
/** Consecutive rounds of one cluster. */
const CLEAN_RUN = 50;
const MOST_LOSS = 0.005;
const OUTLASTING = 0.16;

export interface Quiet {
  readonly rows: Row[];
  /** What was raised though nothing was wrong, a line each. */
  readonly alarms: string[];
}

/** Healthy clusters that lose probes to chance: nothing may alarm. */
export function benchClean({ seed, draws, share }: FindingsOptions): Quiet {
  const rounds = draws ?? Math.ceil(CLEAN_ROUNDS * share);
  const alarms: string[] = [];
  const startedAt = performance.now();
  let largest = 0;
  for (let first = 0; first < rounds; first += CLEAN_RUN) {
    const draw = seed + first / CLEAN_RUN;
    const scenes = cleanScenes(draw, Math.min(CLEAN_RUN, rounds - first));
    largest = Math.max(largest, scenes[0]!.world.cluster.nodes.length);
    alarms.push(...alarmsOf("clean", draw, scenes));
  }
  const what = `clean cluster with loss, ${rounds} rounds of up to ${largest} nodes`;
  return { alarms, rows: [...quietRows(what, alarms.length, startedAt)] };
}

function cleanScenes(seed: number, rounds: number): Scene[] {
  const random = new Random(seed, "clean");
  // Now and then a large one: its rounds cost a thousand times as much as a small one's.
  const most = random.chance(0.02) ? 500 : 150;
  const cluster = drawCluster(random, Math.floor(random.logBetween(5, most + 1)));
  const world = healthyWorld(cluster);
  world.burstShare = random.between(0, MOST_LOSS) / OUTLASTING;
  const scene = { world, views: { opening: ALL_WELL, closing: ALL_WELL } };
  return Array.from({ length: rounds }, () => scene);
}

function alarmsOf(name: string, seed: number, scenes: readonly Scene[]): string[] {
  const watch = new AlarmWatch();
  return scenes.flatMap(({ world, views }, index) => {
    const random = new Random(seed, `${name} round ${index + 1}`);
    const simulated = simulateRound(world, views, { id: index + 1, random });
    return watch
      .next(simulated)
      .map(
        (cause) =>
          `${name}, seed ${seed}, ${world.cluster.nodes.length} nodes, round ${index + 1}: ${cause.severity} ${formatForm(cause)}: ${cause.summary}`,
      );
  });
}

function quietRows(what: string, alarms: number, startedAt: number): Row[] {
  const seconds = (performance.now() - startedAt) / 1_000;
  return [
    told(`${what}: alarms`, `${alarms}`, "0", alarms === 0),
    told(`${what}: took`, `${seconds.toFixed(0)} s`),
  ];
}
