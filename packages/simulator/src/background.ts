import type { Expected } from "./expectation.ts";
import { agentMissing } from "./causes/process-causes.ts";
import type { Random } from "./random.ts";
import type { RoundViews } from "./simulate-round.ts";
import { podOf, type Shown } from "./shown-cluster.ts";
import type { Site } from "./site.ts";
import type { World } from "./world.ts";

const SHARE_WITH_PLANNED = 0.3;
const SHARE_WITH_MISSING = 0.1;
const SHARE_WITH_CHURN = 0.25;

/** What goes on beside the causes: planned changes, and now and then an agent that is missing. */
export function addBackground(site: Site): Expected[] {
  if (site.random.chance(SHARE_WITH_PLANNED)) plan(site);
  if (!site.full && site.random.chance(SHARE_WITH_MISSING))
    return (
      agentMissing("", site.random.pick([null, "CrashLoopBackOff: exit code 1"])).breakIt(site) ??
      []
    );
  return [];
}

/** A node in a planned change, for as long as the draw lasts. */
function plan(site: Site): void {
  const [node] = site.takeNodes(1, { spareRedis: true }) ?? [];
  if (node === undefined) return;
  const { ping, pong } = site.cluster.nodes[node]!;
  const how = site.random.pick(["cordoned", "leaving", "down", "pong", "ping"] as const);
  if (how === "cordoned") site.shown.nodes.set(node, { cordoned: true });
  else if (how === "leaving")
    site.shown.nodes.set(node, { leaving: "ToBeDeletedByClusterAutoscaler" });
  else if (how === "down") {
    if (!site.mayLoseDns([node], "everywhere")) return;
    site.shown.nodes.set(node, { ready: false, cordoned: true });
    site.world.down[node] = 1;
  } else if (how === "pong") {
    site.shown.pods.set(pong, { terminating: true });
    site.world.listed[node] = 0;
    site.world.pongs[node] = { is: "leaving", gone: 0.5 };
  } else {
    site.shown.pods.set(ping, { terminating: true });
    site.world.agents[node] = { is: "dead" };
  }
}

/** What one round meets: the world, and what Kubernetes tells of it. */
export interface Scene {
  readonly world: World;
  readonly views: RoundViews;
  /** The node that comes or goes, wholly or in part. */
  readonly changing?: number;
}

/** In a round, a pod or a node is replaced or goes while the round is open; often nothing does. */
export function withChurn(
  world: World,
  shown: Shown,
  quiet: readonly number[],
  random: Random,
): Scene {
  const still = { world, views: { opening: shown, closing: shown } };
  if (quiet.length === 0 || !random.chance(SHARE_WITH_CHURN)) return still;
  const node = random.pick(quiet);
  const simulated = world.cluster.nodes[node]!;
  const how = random.pick(["pong", "ping", "node-goes", "node-comes"] as const);
  if (how === "node-comes") {
    // It joins while the round is open: in no plan, and in no list.
    const opening = { ...shown, absentNodes: new Set([...shown.absentNodes, node]) };
    return { world, views: { opening, closing: shown }, changing: node };
  }
  if (how === "node-goes") {
    const leaving = world.leaving.slice();
    leaving[node] = random.next();
    const closing = { ...shown, absentNodes: new Set([...shown.absentNodes, node]) };
    return {
      world: { ...world, leaving },
      views: { opening: shown, closing },
      changing: node,
    };
  }
  const next = podOf(how, simulated, { name: `${how}-next`, ips: ["10.245.0.9"] });
  const closing = {
    ...shown,
    absentPods: new Set([...shown.absentPods, simulated[how]]),
    addedPods: [...shown.addedPods, next],
  };
  const views = { opening: shown, closing };
  if (how === "ping")
    return {
      world: { ...world, agents: world.agents.with(node, { is: "dead" }) },
      views,
      changing: node,
    };
  const pongs = world.pongs.with(node, { is: "leaving", gone: random.next() });
  return { world: { ...world, pongs }, views, changing: node };
}
