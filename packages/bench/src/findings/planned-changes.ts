import type { NodeRecord, PodRecord } from "@netchecker/netchecker/src/core/cluster-view.ts";
import type { Scene } from "./background.ts";
import { type Cluster, drawCluster, type SimulatedNode } from "./cluster.ts";
import type { Random } from "./random.ts";
import { INTERVAL_MS, roundStart } from "./round-times.ts";
import { podOf, type Shown } from "./shown-cluster.ts";
import { healthyWorld, type World } from "./world.ts";

/** A scene that is still being set. */
interface Setting {
  readonly world: World;
  readonly opening: MutableShown;
  readonly closing: MutableShown;
  /** When the round opens, milliseconds since 1970. */
  readonly at: number;
}

type MutableShown = {
  readonly nodes: Map<number, Partial<NodeRecord>>;
  readonly pods: Map<string, Partial<PodRecord>>;
  readonly absentNodes: Set<number>;
  readonly absentPods: Set<string>;
  readonly addedPods: PodRecord[];
} & Shown;

/** Sets the scene of one round, 0 to 4, for the nodes that change. */
type Change = (setting: Setting, round: number, nodes: readonly number[], random: Random) => void;

export const PLANNED_ROUNDS = 5;

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

/** The nodes' pods are replaced, a share of them in each round. */
function rollout(app: "ping" | "pong"): Change {
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

function starting(shown: MutableShown, pod: string, createdAt: number, random: Random): void {
  const noAddress = random.chance(0.5) ? { ips: [] } : {};
  shown.pods.set(pod, { ready: false, everReady: false, createdAt, ...noAddress });
}

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

/** In a rollout, pods of earlier rounds have their new names. */
function replaced(
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

function nothingShown(): MutableShown {
  return {
    nodes: new Map(),
    pods: new Map(),
    absentNodes: new Set(),
    absentPods: new Set(),
    addedPods: [],
  };
}
