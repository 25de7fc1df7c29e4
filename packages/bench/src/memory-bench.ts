import { setTimeout as sleep } from "node:timers/promises";
import { POD_PORT } from "@netchecker/testbed/kubernetes/kubelet";
import type { LocalCluster } from "@netchecker/testbed/loopback/local-cluster";
import { startLocalCluster } from "@netchecker/testbed/loopback/start-local-cluster";
import { usageOf } from "./process-usage.ts";
import { scrape } from "./scrape.ts";
import { below, type Row, told } from "./table.ts";

const NODES = 5;
const ROUNDS = 3;
/** Enough for V8 to find out what is hot, and to compile it. */
const SCRAPED_ROUNDS = 10;
const SCRAPES_PER_ROUND = 2;
const INTERVAL_MS = 10_000;
const REST_MS = 5_000;

const SERVICES = ["pong", "ping", "netchecker"] as const;
type Service = (typeof SERVICES)[number];

const LIMITS_MIB: Readonly<Record<Service, number>> = { pong: 50, ping: 70, netchecker: 110 };

/** What is measured of a service: all of its processes. */
interface Instance {
  readonly pid: number;
  readonly url: string;
}

type Instances = Readonly<Record<Service, readonly Instance[]>>;

/**
 * Resident memory of each service on the local cluster, between two rounds; the worst of each. First as
 * nobody scrapes it, then as it is after more rounds with Prometheus there.
 */
export async function benchMemory(): Promise<Row[]> {
  const cluster = await startLocalCluster({ nodes: NODES, intervalMs: INTERVAL_MS, port: 0 });
  try {
    const instances = instancesOf(cluster);
    await restAfter(cluster, ROUNDS);
    const rows = await memoryOf(instances, `at rest after ${ROUNDS} rounds`);
    for (let round = ROUNDS + 1; round <= ROUNDS + SCRAPED_ROUNDS; round += 1) {
      for (let each = 0; each < SCRAPES_PER_ROUND; each += 1) await scrapeAll(instances);
      await restAfter(cluster, round);
    }
    const scraped = `after ${SCRAPED_ROUNDS} more, scraped ${SCRAPES_PER_ROUND * SCRAPED_ROUNDS} times`;
    return [...rows, ...(await memoryOf(instances, scraped))];
  } finally {
    await cluster.stop();
  }
}

function instancesOf({ nodes, netchecker }: LocalCluster): Instances {
  const pods = (workload: "pong" | "ping") =>
    nodes.map(({ pods: { [workload]: pod } }) => ({
      pid: pod.pid!,
      url: `http://${pod.ip}:${POD_PORT}`,
    }));
  return {
    pong: pods("pong"),
    ping: pods("ping"),
    netchecker: [{ pid: netchecker.pid!, url: netchecker.url }],
  };
}

async function restAfter(cluster: LocalCluster, rounds: number): Promise<void> {
  await cluster.resultsAfter(rounds - 1, { timeoutMs: (rounds + 2) * INTERVAL_MS });
  await sleep(REST_MS);
}

async function scrapeAll(instances: Instances): Promise<void> {
  for (const { url } of Object.values(instances).flat()) await scrape(url);
}

async function memoryOf(instances: Instances, when: string): Promise<Row[]> {
  const rows = await Promise.all(
    SERVICES.map(async (service): Promise<Row[]> => {
      const what = `${NODES} nodes, ${when}: ${service}'s memory`;
      const usages = await Promise.all(instances[service].map(({ pid }) => usageOf(pid)));
      const worst = usages.toSorted((a, b) => b.rssMiB - a.rssMiB)[0]!;
      return [
        below(
          usages.length > 1 ? `${what} (worst of ${usages.length})` : what,
          worst.rssMiB,
          LIMITS_MIB[service],
          "MiB",
        ),
        told(`${what}: of that, files (node's binary)`, `${worst.rssFileMiB.toFixed(1)} MiB`),
      ];
    }),
  );
  return rows.flat();
}
