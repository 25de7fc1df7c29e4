import { freemem } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { POD_PORT } from "@netchecker/testbed/kubernetes/kubelet";
import { cgroupFault } from "@netchecker/testbed/services/limited-cgroup";
import type { LocalCluster } from "@netchecker/testbed/loopback/local-cluster";
import { startLocalCluster } from "@netchecker/testbed/loopback/start-local-cluster";
import { scrape } from "./scrape.ts";
import { ServiceMemory } from "./service-memory.ts";
import { below, notMeasured, type Row } from "./table.ts";

export interface MemoryCluster {
  readonly nodes: number;
  readonly intervalMs: number;
  /** How many rounds before the first look. */
  readonly rounds: number;
  /** How many rounds after that, each with scrapes before it. V8 needs some rounds to compile what is hot. */
  readonly scrapedRounds: number;
}

const SERVICES = ["pong", "ping", "netchecker"] as const;
type Service = (typeof SERVICES)[number];

const LIMITS_MIB: Readonly<Record<Service, number>> = { pong: 20, ping: 40, netchecker: 80 };
const SCRAPES_PER_ROUND = 2;
const REST_MS = 5_000;
/** The pods of the first nodes stand for all. */
const MEASURED_NODES = 5;
/** What a node's two pods take at the most, with what the kernel holds for them. */
const MIB_PER_NODE = 70;

/**
 * Working set of each service on the local cluster, between two rounds; the largest of each. First
 * as nobody scrapes it, then as it is after more rounds with Prometheus there.
 */
export async function benchMemory(size: MemoryCluster): Promise<Row[]> {
  const fault = cgroupFault() ?? memoryFault(size.nodes);
  if (fault) return [notMeasured(`${size.nodes} nodes: working sets`, fault)];
  const memories: Readonly<Record<Service, ServiceMemory[]>> = {
    pong: [],
    ping: [],
    netchecker: [],
  };
  const within = (service: Service, node: string | null) => {
    const memory = new ServiceMemory(`${service}-${node}`);
    memories[service].push(memory);
    return memory.within;
  };
  try {
    const cluster = await startLocalCluster({
      ...size,
      port: 0,
      within: (service, node) =>
        memories[service].length < MEASURED_NODES ? within(service, node) : [],
    });
    try {
      return await watchRounds(cluster, memories, size);
    } finally {
      await cluster.stop();
    }
  } finally {
    for (const memory of Object.values(memories).flat()) memory.remove();
  }
}

async function watchRounds(
  cluster: LocalCluster,
  memories: Readonly<Record<Service, readonly ServiceMemory[]>>,
  { nodes, intervalMs, rounds, scrapedRounds }: MemoryCluster,
): Promise<Row[]> {
  const restAfter = async (round: number) => {
    await cluster.resultsAfter(round - 1, { timeoutMs: (round + 2) * intervalMs });
    await sleep(REST_MS);
  };
  const rows = (when: string) =>
    SERVICES.map((service) => {
      const largest = Math.max(...memories[service].map((memory) => memory.nowMiB()!));
      const of = memories[service].length > 1 ? ` (largest of ${memories[service].length})` : "";
      const what = `${nodes} nodes, ${when}: ${service}'s working set${of}`;
      return below(what, largest, LIMITS_MIB[service], "MiB");
    });
  await restAfter(rounds);
  const atRest = rows(`at rest after ${rounds} rounds`);
  for (let round = rounds + 1; round <= rounds + scrapedRounds; round += 1) {
    for (let each = 0; each < SCRAPES_PER_ROUND; each += 1) await scrapeAll(cluster);
    await restAfter(round);
  }
  const scrapes = SCRAPES_PER_ROUND * scrapedRounds;
  return [...atRest, ...rows(`after ${scrapedRounds} more, scraped ${scrapes} times`)];
}

async function scrapeAll({ nodes, netchecker }: LocalCluster): Promise<void> {
  const pods = nodes.slice(0, MEASURED_NODES).flatMap((node) => Object.values(node.pods));
  for (const { ip } of pods) await scrape(`http://${ip}:${POD_PORT}`);
  await scrape(netchecker.url);
}

/** Why there is too little memory for so many nodes, in a sentence; null where there is enough. */
function memoryFault(nodes: number): string | null {
  const neededMiB = nodes * MIB_PER_NODE;
  return freemem() / 2 ** 20 < neededMiB ? `this needs ${neededMiB} MiB of free memory` : null;
}
