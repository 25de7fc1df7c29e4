import { setTimeout as sleep } from "node:timers/promises";
import { POD_PORT } from "@netchecker/testbed/kubernetes/kubelet";
import { cgroupFault } from "@netchecker/testbed/services/limited-cgroup";
import type { LocalCluster } from "@netchecker/testbed/loopback/local-cluster";
import { startLocalCluster } from "@netchecker/testbed/loopback/start-local-cluster";
import { scrape } from "./scrape.ts";
import { ServiceMemory } from "./service-memory.ts";
import { below, notMeasured, type Row } from "./table.ts";

const NODES = 5;
const ROUNDS = 3;
/** V8 needs some rounds to find out what is hot, and to compile it. */
const SCRAPED_ROUNDS = 10;
const SCRAPES_PER_ROUND = 2;
const INTERVAL_MS = 10_000;
const REST_MS = 5_000;

const SERVICES = ["pong", "ping", "netchecker"] as const;
type Service = (typeof SERVICES)[number];
type Memories = Readonly<Record<Service, ServiceMemory[]>>;

/** Two thirds of what the manifests request. */
const LIMITS_MIB: Readonly<Record<Service, number>> = { pong: 32, ping: 64, netchecker: 85 };

/**
 * Working set of each service on the local cluster, between two rounds; the largest of each. First
 * as nobody scrapes it, then as it is after more rounds with Prometheus there.
 */
export async function benchMemory(): Promise<Row[]> {
  const fault = cgroupFault();
  if (fault) return [notMeasured(`${NODES} nodes: working sets`, fault)];
  using stack = new DisposableStack();
  const memories: Memories = { pong: [], ping: [], netchecker: [] };
  const within = (service: Service, node: string | null) => {
    const memory = stack.use(new ServiceMemory(`${service}-${node}`));
    memories[service].push(memory);
    return memory.within;
  };
  await using cluster = await startLocalCluster({
    nodes: NODES,
    intervalMs: INTERVAL_MS,
    port: 0,
    within,
  });
  await restAfter(cluster, ROUNDS);
  const atRest = rowsOf(memories, `at rest after ${ROUNDS} rounds`);
  for (let round = ROUNDS + 1; round <= ROUNDS + SCRAPED_ROUNDS; round += 1) {
    for (let each = 0; each < SCRAPES_PER_ROUND; each += 1) await scrapeAll(cluster);
    await restAfter(cluster, round);
  }
  const scraped = `after ${SCRAPED_ROUNDS} more, scraped ${SCRAPES_PER_ROUND * SCRAPED_ROUNDS} times`;
  return [...atRest, ...rowsOf(memories, scraped)];
}

async function restAfter(cluster: LocalCluster, rounds: number): Promise<void> {
  await cluster.resultsAfter(rounds - 1, { timeoutMs: (rounds + 2) * INTERVAL_MS });
  await sleep(REST_MS);
}

async function scrapeAll({ nodes, netchecker }: LocalCluster): Promise<void> {
  const pods = nodes.flatMap((node) => Object.values(node.pods));
  for (const { ip } of pods) await scrape(`http://${ip}:${POD_PORT}`);
  await scrape(netchecker.url);
}

function rowsOf(memories: Memories, when: string): Row[] {
  return SERVICES.map((service) => {
    const all = memories[service].map((memory) => memory.nowMiB()!);
    const what = `${NODES} nodes, ${when}: ${service}'s working set`;
    const of = all.length > 1 ? `${what} (largest of ${all.length})` : what;
    return below(of, Math.max(...all), LIMITS_MIB[service], "MiB");
  });
}
