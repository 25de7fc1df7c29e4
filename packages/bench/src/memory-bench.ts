import { setTimeout as sleep } from "node:timers/promises";
import { startLocalCluster } from "@netchecker/local-cluster/start-local-cluster";
import { usageOf } from "./process-usage.ts";
import { below, type Row } from "./table.ts";

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
    const at = `${NODES} nodes, at rest after ${ROUNDS} rounds:`;
    const pids = (workload: "pong" | "ping") => cluster.nodes.map(({ pods }) => pods[workload].pid);
    return [
      below(`${at} pong's memory (worst of ${NODES})`, await worst(pids("pong")), 50, "MiB"),
      below(`${at} ping's memory (worst of ${NODES})`, await worst(pids("ping")), 70, "MiB"),
      below(`${at} netchecker's memory`, await worst([cluster.netchecker.pid]), 110, "MiB"),
    ];
  } finally {
    await cluster.stop();
  }
}

async function worst(pids: readonly (number | undefined)[]): Promise<number> {
  const usages = await Promise.all(pids.map((pid) => usageOf(pid!)));
  return Math.max(...usages.map(({ rssMiB }) => rssMiB));
}
