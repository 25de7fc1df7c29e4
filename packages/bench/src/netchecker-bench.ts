import { type ChildProcess, fork } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { redisNames } from "@netchecker/contract";
import { BUNDLES } from "@netchecker/local-cluster/bundles";
import { kubeConfig } from "@netchecker/local-cluster/kube-config";
import { NetcheckerProcess } from "@netchecker/local-cluster/netchecker-process";
import { RedisServer } from "@netchecker/local-cluster/redis-server";
import { createLog } from "@netchecker/runtime/log";
import { connectRedis } from "@netchecker/runtime/redis";
import { benchMesh, benchResults } from "./answers-bench.ts";
import { benchHistory } from "./history-bench.ts";
import { largeCluster } from "./large-cluster.ts";
import { median } from "./median.ts";
import { usageOf } from "./process-usage.ts";
import { below, type Row, told } from "./table.ts";

export interface NetcheckerLimits {
  readonly storedWithinSeconds: number;
  readonly memoryMiB: number;
  /** Between two rounds, with the view and the last round in memory. */
  readonly restMiB: number;
}

const ROUNDS = 3;
const PORT = 18_089;

/** netchecker, alone and real, with an API server stand-in, a real Redis and `nodes` simulated agents. */
export async function benchNetchecker(nodes: number, limits: NetcheckerLimits): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), "netchecker-bench-"));
  const redisServer = await RedisServer.start("127.0.0.1", folder);
  const { api, agents } = await largeCluster(nodes);
  const redisHost = `127.0.0.1:${redisServer.address.port}`;
  const log = createLog("bench", "silent");
  const redis = connectRedis({ host: redisHost }, { service: "bench", role: "commands", log });
  await new Promise((resolve) => void redis.once("ready", resolve));
  // As in the manifests: the reports of 1,000 nodes come as one burst of more than Redis' default.
  await redis.config("SET", "client-output-buffer-limit", "pubsub 256mb 128mb 60");
  const config = join(folder, "kubeconfig");
  await writeFile(config, kubeConfig(api.url, "", "netchecker"));
  const netchecker = new NetcheckerProcess({
    bundle: BUNDLES.netchecker,
    url: `http://127.0.0.1:${PORT}`,
    logFile: join(folder, "netchecker.log"),
    env: {
      KUBECONFIG: config,
      REDIS_HOST: redisHost,
      HOST: "127.0.0.1",
      PORT: String(PORT),
      EXTERNAL_TARGETS: "outside.example:443",
      ROUND_INTERVAL_MS: "3600000",
      ROUND_TIMEOUT_MS: "60000",
      MALLOC_ARENA_MAX: "1",
    },
  });
  let simulation: ChildProcess | undefined;
  try {
    const atRest = await memoryAtRest(netchecker);
    await redis.flushall();
    simulation = fork(new URL("./simulated-agents.ts", import.meta.url), {
      env: { REDIS: redisHost, AGENTS: JSON.stringify(agents) },
    });
    await new Promise((resolve) => simulation?.once("message", resolve));
    await netchecker.start();
    const view = `a view of ${nodes} nodes: netchecker's memory at rest`;
    return [
      below(view, atRest, limits.restMiB, "MiB"),
      ...(await measure(netchecker, simulation, nodes, limits)),
      ...(await benchHistory(
        { url: netchecker.url, pid: netchecker.pid!, node: agents[0]!.node },
        redis,
        redisNames("netchecker:"),
        `${nodes} × ${nodes}`,
      )),
    ];
  } finally {
    simulation?.kill();
    await netchecker.stop();
    redis.disconnect();
    await Promise.all([redisServer.stop(), api.stop()]);
    await rm(folder, { recursive: true });
  }
}

/** With its view of the cluster, and before any report; it is ended after that. */
async function memoryAtRest(netchecker: NetcheckerProcess): Promise<number> {
  await netchecker.start();
  await sleep(5_000);
  const { rssMiB } = await usageOf(netchecker.pid!);
  await netchecker.kill();
  return rssMiB;
}

async function measure(
  netchecker: NetcheckerProcess,
  simulation: ChildProcess,
  nodes: number,
  limits: NetcheckerLimits,
): Promise<Row[]> {
  const size = `${nodes} × ${nodes}`;
  const pid = netchecker.pid!;
  const rows: Row[] = [];
  const waits: number[] = [];
  const cpu: number[] = [];
  let lost = 0;
  let bytes = 0;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const before = await usageOf(pid);
    const last = new Promise<{ lastReportAt: number; bytes: number }>((resolve) => {
      simulation.on("message", (message) => {
        const said = message as { round?: number; lastReportAt: number; bytes: number };
        if (said.round === round) resolve(said);
      });
    });
    if (round > 1) await fetch(`${netchecker.url}/rounds`, { method: "POST" });
    const reported = await last;
    bytes = Math.max(bytes, reported.bytes);
    const head = await storedRound(netchecker.url, round);
    waits.push(Date.now() - reported.lastReportAt);
    cpu.push((await usageOf(pid)).cpuSeconds - before.cpuSeconds);
    lost += head.expected - head.reported;
  }
  const usage = await usageOf(pid);
  await sleep(5_000);
  const rest = await usageOf(pid);
  rows.push(
    below(
      `${size} round: last report to stored round (slowest of ${ROUNDS})`,
      Math.max(...waits) / 1000,
      limits.storedWithinSeconds,
      "s",
    ),
    told(`${size} round: reports lost in ${ROUNDS} rounds`, `${lost}`, "0", lost === 0),
    told(`${size} round: netchecker's CPU (median)`, `${median(cpu).toFixed(2)} s`),
    below(`${size} round: netchecker's peak memory`, usage.peakMiB, limits.memoryMiB, "MiB"),
    told(`${size} round: netchecker's memory 5 s later`, `${rest.rssMiB.toFixed(0)} MiB`),
    ...(await benchResults(netchecker.url, pid, size)),
    ...(await benchMesh(netchecker.url, pid, size)),
  );
  return rows;
}

async function storedRound(
  url: string,
  id: number,
): Promise<{ expected: number; reported: number }> {
  for (;;) {
    const response = await fetch(`${url}/rounds/${id}`).catch(() => null);
    const { round } = (response?.ok ? await response.json() : {}) as {
      round?: { stored: boolean };
    };
    if (round?.stored) return round as never;
    await response?.body?.cancel().catch(() => {});
    await sleep(10);
  }
}
