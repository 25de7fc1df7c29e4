import { setTimeout as sleep } from "node:timers/promises";
import { startLocalCluster } from "@netchecker/local-cluster/start-local-cluster";
import { usageOf } from "./process-usage.ts";
import { below, type Row, told } from "./table.ts";

const NODES = 5;
const ROUNDS = 3;
const INTERVAL_MS = 10_000;
const REST_MS = 5_000;

/** Resident memory of each service on the local cluster, between two rounds; the worst of each. */
export async function benchMemory(): Promise<Row[]> {
  const cluster = await startLocalCluster({ nodes: NODES, intervalMs: INTERVAL_MS, port: 0 });
  try {
    await cluster.resultsAfter(ROUNDS - 1, { timeoutMs: (ROUNDS + 2) * INTERVAL_MS });
    await sleep(REST_MS);
    const pids = (workload: "pong" | "ping") => cluster.nodes.map(({ pods }) => pods[workload].pid);
    return [
      ...(await atRest("pong", pids("pong"), 50)),
      ...(await atRest("ping", pids("ping"), 70)),
      ...(await atRest("netchecker", [cluster.netchecker.pid], 110)),
    ];
  } finally {
    await cluster.stop();
  }
}

async function atRest(
  service: string,
  pids: readonly (number | undefined)[],
  limitMiB: number,
): Promise<Row[]> {
  const what = `${NODES} nodes, at rest after ${ROUNDS} rounds: ${service}'s memory`;
  const usages = await Promise.all(pids.map((pid) => usageOf(pid!)));
  const worst = usages.toSorted((a, b) => b.rssMiB - a.rssMiB)[0]!;
  return [
    below(
      pids.length > 1 ? `${what} (worst of ${pids.length})` : what,
      worst.rssMiB,
      limitMiB,
      "MiB",
    ),
    told(`${what}: of that, files (node's binary)`, `${worst.rssFileMiB.toFixed(1)} MiB`),
  ];
}
