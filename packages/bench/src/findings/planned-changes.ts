import type { NodeRecord } from "@netchecker/netchecker/src/core/cluster-view.ts";
import type { Scene } from "./background.ts";
import { drawCluster } from "./cluster.ts";
import type { Random } from "./random.ts";
import { replaced, rollout } from "./rollout.ts";
import { INTERVAL_MS, roundStart } from "./round-times.ts";
import {
  type Change,
  type MutableShown,
  nothingShown,
  PLANNED_ROUNDS,
  starting,
} from "./setting.ts";
import { healthyWorld, type World } from "./world.ts";

/** What people and autoscalers do to healthy clusters, as Kubernetes tells of it. */
export const PLANNED_CHANGES: Readonly<Record<string, Change>> = {
  cordon({ opening, closing }, round, nodes) {
    if (round === 0 || round === 4) return;
    for (const node of nodes) tell(node, { cordoned: true }, opening, closing);
  },

  /** Cordoned, emptied, rebooted. */
  drain({ world, opening, closing }, round, nodes, random) {
    for (const node of nodes) {
      if (round >= 1 && round <= 3) tell(node, { cordoned: true }, opening, closing);
      if (round === 2) goAway(world, node, random);
      if (round === 2) tell(node, { ready: false }, closing);
      if (round === 3) world.down[node] = 1;
      if (round === 3) tell(node, { ready: false }, opening, closing);
    }
  },

  /** It fails, and Kubernetes knows by the end of the round. */
  "not-ready"({ world, opening, closing }, round, nodes, random) {
    for (const node of nodes) {
      if (round === 1) goAway(world, node, random);
      if (round === 1) tell(node, { ready: false }, closing);
      if (round === 2 || round === 3) world.down[node] = 1;
      if (round === 2 || round === 3) tell(node, { ready: false }, opening, closing);
    }
  },

  "scale-down"({ world, opening, closing }, round, nodes, random) {
    for (const node of nodes) {
      if (round === 1) tell(node, { cordoned: true }, opening, closing);
      if (round === 2) goAway(world, node, random);
      if (round === 2) tell(node, { cordoned: true }, opening);
      if (round === 2 && random.chance(0.5)) tell(node, { deleting: true }, closing);
      else if (round === 2) closing.absentNodes.add(node);
      if (round > 2) leave(world, node, opening, closing);
    }
  },

  "scale-up"({ world, opening, closing, at }, round, nodes, random) {
    for (const node of nodes) {
      const createdAt = at - (round - 1) * INTERVAL_MS;
      if (round < 2) leave(world, node, opening, ...(round === 1 ? [] : [closing]));
      else tell(node, { createdAt }, opening);
      if (round > 0) tell(node, { createdAt }, closing);
      const { ping, pong } = world.cluster.nodes[node]!;
      if (round === 1) for (const pod of [ping, pong]) closing.absentPods.add(pod);
      if (round !== 2) continue;
      world.agents[node] = { is: "dead" };
      world.pongs[node] = { is: "leaving", gone: random.next() };
      world.listed[node] = 0;
      for (const pod of [ping, pong])
        for (const shown of [opening, closing]) starting(shown, pod, at - 20_000, random);
    }
  },

  "rollout of pong": rollout("pong"),
  "rollout of ping": rollout("ping"),
};

function tell(node: number, what: Partial<NodeRecord>, ...shown: MutableShown[]): void {
  for (const each of shown) each.nodes.set(node, { ...each.nodes.get(node), ...what });
}

function goAway(world: World, node: number, random: Random): void {
  world.leaving[node] = random.between(0.05, 1);
}

/** It is not in the cluster: no process, no backend. */
function leave(world: World, node: number, ...shown: MutableShown[]): void {
  world.down[node] = 1;
  world.listed[node] = 0;
  for (const each of shown) each.absentNodes.add(node);
}

/** The rounds of a healthy cluster in which something planned happens. */
export function plannedScenes(name: string, random: Random): Scene[] {
  const cluster = drawCluster(random, Math.floor(random.logBetween(5, 61)));
  const burstShare = random.between(0, 0.005) / 0.16;
  const { redisNode, netcheckerNode, dnsNodes } = cluster;
  const needed = new Set([redisNode, netcheckerNode, ...dnsNodes]);
  const free = cluster.nodes.map(({ index }) => index).filter((index) => !needed.has(index));
  const all = name.startsWith("rollout");
  const most = Math.max(1, Math.floor(cluster.nodes.length / 5));
  const nodes = all
    ? random.shuffled(cluster.nodes.map(({ index }) => index))
    : random.sample(free, 1 + random.int(Math.min(3, most)));
  return Array.from({ length: PLANNED_ROUNDS }, (_, round) => {
    const world = healthyWorld(replaced(name, cluster, nodes, round));
    world.burstShare = burstShare;
    const setting = { world, opening: nothingShown(), closing: nothingShown() };
    PLANNED_CHANGES[name]!({ ...setting, at: roundStart(round + 1) }, round, nodes, random);
    return { world, views: { opening: setting.opening, closing: setting.closing } };
  });
}
