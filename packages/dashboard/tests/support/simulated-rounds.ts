import type { Finding } from "@netchecker/contract";
import { CAUSES } from "@netchecker/bench/src/findings/causes/all-causes.ts";
import { drawCluster } from "@netchecker/bench/src/findings/cluster.ts";
import { Random } from "@netchecker/bench/src/findings/random.ts";
import { idOf } from "@netchecker/bench/src/findings/scenario.ts";
import { simulateRound } from "@netchecker/bench/src/findings/simulate-round.ts";
import { Site } from "@netchecker/bench/src/findings/site.ts";
import type { ClosedRound } from "@netchecker/netchecker/src/core/closed-round.ts";
import type { ClusterView } from "@netchecker/netchecker/src/core/cluster-view.ts";
import { conclude, emptyMemory } from "@netchecker/netchecker/src/core/conclude/conclude.ts";

/** A round of the simulator, concluded by netchecker's own code, and the cluster at its end. */
export interface SimulatedRound {
  readonly round: ClosedRound & { readonly findings: readonly Finding[] };
  readonly view: ClusterView;
}

/** So many rounds in which these causes (`name/variant`, as the findings benchmark names them) are at work. */
export interface Phase {
  readonly rounds: number;
  readonly causes: readonly string[];
  /** This share of nodes is in a planned change. */
  readonly cordoned?: number;
}

/** A story of a cluster, round by round: the same for the same seed. */
export function* simulateRounds(
  size: number,
  phases: readonly Phase[],
  seed = 1,
): Generator<SimulatedRound> {
  const cluster = clusterOf(size, seed);
  const random = new Random(seed, "rounds");
  let memory = emptyMemory();
  let id = 0;
  for (const [index, { rounds, causes, cordoned = 0 }] of phases.entries()) {
    const site = new Site(cluster, new Random(seed, `phase ${index}`));
    for (const cause of causes) breakIt(site, cause);
    for (const node of site.random.sample(site.unused, cordoned))
      site.shown.pods.set(cluster.nodes[node]!.pong, { terminating: true });
    for (const node of cluster.nodes)
      if (site.shown.pods.get(node.pong)?.terminating)
        site.world.pongs[node.index] = { is: "leaving", gone: 0.6 };
    const views = { opening: site.shown, closing: site.shown };
    for (let round = 0; round < rounds; round += 1) {
      id += 1;
      const simulated = simulateRound(site.world, views, { id, random });
      const { findings, memory: next } = conclude(simulated.round, simulated.view, memory);
      memory = next;
      yield { round: { ...simulated.round, findings }, view: simulated.view };
    }
  }
}

/** A cluster with labels, and three zones or more where it is large enough for them. */
function clusterOf(size: number, seed: number) {
  for (let attempt = 0; ; attempt += 1) {
    const cluster = drawCluster(new Random(seed, `cluster ${attempt}`), size);
    const named = cluster.nodes[0]!.name === "node-1";
    const zoned = size < 12 || (cluster.zones === 3 && cluster.pools > 1);
    if (cluster.labelled && named && zoned && cluster.externals.length === 2) return cluster;
  }
}

/** Throws a RangeError for a cause that there is not, or that finds no place in the cluster. */
function breakIt(site: Site, id: string): void {
  const cause = CAUSES.find((each) => idOf(each) === id);
  if (!cause) throw new RangeError(`no cause "${id}", allowed: ${CAUSES.map(idOf).join(", ")}`);
  for (let attempt = 0; attempt < 20; attempt += 1) if (cause.breakIt(site)) return;
  throw new RangeError(`${id} finds no place among ${site.size} nodes`);
}
