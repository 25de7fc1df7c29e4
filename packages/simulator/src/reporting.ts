import type { TargetType } from "@netchecker/contract";
import { Conversation } from "./conversation.ts";
import { Random } from "./random.ts";
import type { World } from "./world.ts";

/** What fits in one packet that every path takes. */
const SMALL_BYTES = 1_300;

/** Bytes of a list's head and of each entry of it; of a report's. As measured on the wire. */
const LIST = { head: 120, entry: 48 };
const REPORT = { head: 330, entry: 8 };

/** What of an agent's reports arrives at netchecker, over Redis. */
export function arrivingTypes(
  world: World,
  agent: number,
  counts: Readonly<Record<TargetType, number>>,
): readonly TargetType[] {
  const state = world.agents[agent]!;
  if (state.is === "dead") return [];
  const way = wayToRedis(world, agent);
  if (!way.alive) return [];
  const fits = (type: TargetType, { head, entry }: typeof LIST) =>
    head + entry * counts[type] <= SMALL_BYTES;
  // One connection brings the lists, one takes the reports: behind what does not pass, all waits.
  const lists = ["pod", "node", "service", "external"] as const;
  if (!way.largeIn && lists.some((type) => !fits(type, LIST))) return [];
  const arriving: TargetType[] = [];
  for (const type of ["service", "external", "node", "pod"] as const) {
    if (!way.largeOut && !fits(type, REPORT)) break;
    if (state.is === "breaks-off" && type === "node") break;
    arriving.push(type);
  }
  return arriving;
}

/** Whether netchecker itself hears from Redis. Without, a round has no reports at all. */
export function collects(world: World): boolean {
  const { alive, largeIn, largeOut } = wayToRedis(world, world.cluster.netcheckerNode);
  return alive && largeIn && largeOut;
}

/** An old connection from a pod of a node to Redis: established before anything broke. */
function wayToRedis(world: World, node: number) {
  const { cluster, down, detached, leaving } = world;
  const { redisNode } = cluster;
  if (down[node] || leaving[node]! > 0 || detached[node] || down[redisNode] || detached[redisNode])
    return { alive: false, largeIn: false, largeOut: false };
  const rules = world.rules.filter(
    ({ from, to }) => (from[node] && to[redisNode]) || (from[redisNode] && to[node]),
  );
  const path = { client: node, server: redisNode, plane: "pod", port: "redis" } as const;
  const talk = new Conversation(world, rules, new Random(1), path);
  return {
    alive: talk.livesOn(),
    largeOut: talk.passesLarge(true),
    largeIn: talk.passesLarge(false),
  };
}
