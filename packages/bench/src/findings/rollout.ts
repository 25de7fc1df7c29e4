import type { Cluster, SimulatedNode } from "./cluster.ts";
import type { Random } from "./random.ts";
import { type Change, type MutableShown, PLANNED_ROUNDS, starting } from "./setting.ts";
import { podOf } from "./shown-cluster.ts";
import type { World } from "./world.ts";

/** The nodes' pods are replaced, a share of them in each round. */
export function rollout(app: "ping" | "pong"): Change {
  return ({ world, opening, closing, at }, round, nodes, random) => {
    const perRound = Math.ceil(nodes.length / (PLANNED_ROUNDS - 1));
    const now = nodes.slice(round * perRound, (round + 1) * perRound);
    for (const node of now) {
      const simulated = world.cluster.nodes[node]!;
      if (random.chance(0.5)) replaceMeanwhile(world, app, simulated, closing, random);
      else comeUpMeanwhile(world, app, simulated, at, opening, closing, random);
    }
  };
}

/** Old when the round opens, another one when it closes. */
function replaceMeanwhile(
  world: World,
  app: "ping" | "pong",
  node: SimulatedNode,
  closing: MutableShown,
  random: Random,
): void {
  closing.absentPods.add(node[app]);
  const next = podOf(app, node, { name: nextName(node[app]), ready: random.chance(0.5) });
  closing.addedPods.push({ ...next, ips: ["10.245.1.1"], everReady: next.ready });
  if (app === "pong") world.pongs[node.index] = { is: "leaving", gone: random.next() };
  else world.agents[node.index] = random.chance(0.5) ? { is: "alive" } : { is: "dead" };
}

/** Not there yet when the round opens. */
function comeUpMeanwhile(
  world: World,
  app: "ping" | "pong",
  node: SimulatedNode,
  at: number,
  opening: MutableShown,
  closing: MutableShown,
  random: Random,
): void {
  starting(opening, node[app], at - 5_000, random);
  if (random.chance(0.5)) starting(closing, node[app], at - 5_000, random);
  if (app === "pong") {
    world.pongs[node.index] = { is: "leaving", gone: random.next() };
    world.listed[node.index] = 0;
  } else world.agents[node.index] = { is: "dead" };
}

function nextName(name: string): string {
  return `${name}x`;
}

/** In a rollout, pods of earlier rounds have their new names. */
export function replaced(
  name: string,
  cluster: Cluster,
  nodes: readonly number[],
  round: number,
): Cluster {
  if (!name.startsWith("rollout")) return cluster;
  const app = name.endsWith("ping") ? "ping" : "pong";
  const done = new Set(nodes.slice(0, round * Math.ceil(nodes.length / (PLANNED_ROUNDS - 1))));
  return {
    ...cluster,
    nodes: cluster.nodes.map((node) =>
      done.has(node.index) ? { ...node, [app]: nextName(node[app]) } : node,
    ),
  };
}
