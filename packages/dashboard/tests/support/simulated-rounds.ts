import type { Finding, RoundHead } from "@netchecker/contract";
import { CAUSES } from "@netchecker/simulator/causes/all-causes";
import { type Cluster, drawCluster } from "@netchecker/simulator/cluster";
import { Random } from "@netchecker/simulator/random";
import { idOf } from "@netchecker/simulator/scenario";
import { simulateRound } from "@netchecker/simulator/simulate-round";
import { Site } from "@netchecker/simulator/site";
import type { ClosedRound } from "@netchecker/round/closed-round";
import type { ClusterView } from "@netchecker/round/cluster-view";
import { conclude, emptyMemory, giveVerdict } from "@netchecker/conclude";

/** The simulator opens a round each minute. */
const INTERVAL_MS = 60_000;

/** A round of the simulator, concluded by netchecker's own code, and the cluster at its end. */
export interface SimulatedRound {
  readonly round: ClosedRound & { readonly findings: readonly Finding[] };
  readonly view: ClusterView;
}

/**
 * A number of rounds in which these causes act. A cause is `name/variant`, as in the findings
 * benchmark.
 */
export interface Phase {
  readonly rounds: number;
  readonly causes: readonly string[];
  /** The number of nodes whose pong is leaving. */
  readonly leaving?: number;
  /** No agent reports. */
  readonly silent?: boolean;
  /** Rounds as they were stored by a version without verdicts. */
  readonly older?: boolean;
}

/** The story of a cluster, round by round. The same seed gives the same story. */
export function* simulateRounds(
  size: number,
  phases: readonly Phase[],
  seed = 1,
): Generator<SimulatedRound> {
  const cluster = clusterOf(size, seed);
  const random = new Random(seed, "rounds");
  let memory = emptyMemory();
  let previous: RoundHead | null = null;
  let id = 0;
  for (const [
    index,
    { rounds, causes, leaving = 0, silent = false, older = false },
  ] of phases.entries()) {
    const site = brokenSite(cluster, causes, `${seed}/phase ${index}`);
    for (const node of site.random.sample(site.unused, leaving)) {
      site.shown.pods.set(cluster.nodes[node]!.pong, { terminating: true });
      site.world.pongs[node] = { is: "leaving", gone: 0.6 };
    }
    if (silent) for (const node of cluster.nodes.keys()) site.world.agents[node] = { is: "dead" };
    const views = { opening: site.shown, closing: site.shown };
    for (let round = 0; round < rounds; round += 1) {
      id += 1;
      const simulated = simulateRound(site.world, views, { id, random });
      const { findings, memory: next } = conclude(simulated.round, simulated.view, memory);
      const concluded = { ...simulated.round, findings };
      const judged = giveVerdict(concluded, next, { previous, intervalMs: INTERVAL_MS });
      memory = judged.memory;
      const verdict = older ? null : judged.round.head.verdict;
      const told = { ...concluded, head: { ...concluded.head, verdict } };
      previous = told.head;
      yield { round: told, view: simulated.view };
    }
  }
}

/** A cluster with labels. It has three zones or more if it is large enough. */
function clusterOf(size: number, seed: number): Cluster {
  for (let attempt = 0; ; attempt += 1) {
    const cluster = drawCluster(new Random(seed, `cluster ${attempt}`), size);
    const named = cluster.nodes[0]!.name === "node-1";
    const zoned = size < 12 || (cluster.zones === 3 && cluster.pools > 1);
    if (cluster.labelled && named && zoned && cluster.externals.length === 2) return cluster;
  }
}

const MAX_DRAWS = 50;

/**
 * Throws a RangeError for an unknown cause, or if the causes do not fit into the cluster together.
 */
function brokenSite(cluster: Cluster, ids: readonly string[], stream: string): Site {
  const causes = ids.map((id) => {
    const cause = CAUSES.find((each) => idOf(each) === id);
    if (!cause) throw new RangeError(`no cause "${id}", allowed: ${CAUSES.map(idOf).join(", ")}`);
    return cause;
  });
  for (let attempt = 0; attempt < MAX_DRAWS; attempt += 1) {
    const site = new Site(cluster, new Random(attempt, stream));
    if (causes.every((cause) => cause.breakIt(site) !== null)) return site;
  }
  throw new RangeError(`${ids.join(", ")} find no place among ${cluster.nodes.length} nodes`);
}
