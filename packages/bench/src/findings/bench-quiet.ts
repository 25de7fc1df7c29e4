import { type Row, told } from "../table.ts";
import { conclude, emptyMemory } from "@netchecker/conclude";
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

/** Healthy clusters that lose probes to chance: nothing may alarm. `alarms` is what was raised all the same, a line each. */
export function benchClean({ seed, draws, share }: FindingsOptions): {
  rows: Row[];
  alarms: string[];
} {
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
  const seconds = (performance.now() - startedAt) / 1_000;
  const rows = [
    told(`${what}: alarms`, `${alarms.length}`, "0", alarms.length === 0),
    told(`${what}: took`, `${seconds.toFixed(0)} s`),
  ];
  return { alarms, rows };
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

/** Alarms that no earlier round raised, a line each: the rounds of one cluster, followed as netchecker does. */
function alarmsOf(name: string, seed: number, scenes: readonly Scene[]): string[] {
  let memory = emptyMemory();
  const raised = new Set<string>();
  return scenes.flatMap(({ world, views }, index) => {
    const random = new Random(seed, `${name} round ${index + 1}`);
    const { round, view } = simulateRound(world, views, { id: index + 1, random });
    const concluded = conclude(round, view, memory);
    memory = concluded.memory;
    const alarms = concluded.findings.filter(
      ({ id, severity, planned }) => severity !== "info" && !planned && !raised.has(id),
    );
    for (const { id } of alarms) raised.add(id);
    return alarms.map(
      (alarm) =>
        `${name}, seed ${seed}, ${world.cluster.nodes.length} nodes, round ${index + 1}: ${alarm.severity} ${formatForm(alarm)}: ${alarm.summary}`,
    );
  });
}
