import { type ChildProcess, fork } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BUNDLES } from "@netchecker/testbed/services/bundles";
import { IMAGE_ENV } from "@netchecker/testbed/services/image-env";
import { kubeConfig } from "@netchecker/testbed/kubernetes/kube-config";
import { freePort } from "@netchecker/testbed/sockets/listen";
import { NetcheckerProcess } from "@netchecker/testbed/services/netchecker-process";
import { RedisServer } from "@netchecker/testbed/services/redis-server";
import { createLog } from "@netchecker/runtime/log";
import { connectRedis, type Redis } from "@netchecker/runtime/redis";
import { largeCluster } from "./large-cluster.ts";
import { ServiceMemory } from "./service-memory.ts";

/** One netchecker that runs, and those that report to it. */
export interface LoneNetchecker {
  readonly netchecker: NetcheckerProcess;
  /** Tells when the last report of a round is out. */
  readonly simulation: ChildProcess;
  readonly redis: Redis;
  /** The name of one of its nodes. */
  readonly node: string;
  readonly memory: ServiceMemory;
  /** Its working set with its view of the cluster, before any report, MiB; null where none is measured. */
  readonly atRestMiB: number | null;
}

/** netchecker, alone and real, with an API server stand-in, a real Redis and `nodes` simulated agents, for as long as `use` takes. */
export async function withLoneNetchecker<T>(
  nodes: number,
  use: (lone: LoneNetchecker) => Promise<T>,
): Promise<T> {
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
  const port = await freePort("127.0.0.1");
  const memory = new ServiceMemory("netchecker");
  const netchecker = new NetcheckerProcess({
    within: memory.within,
    bundle: BUNDLES.netchecker,
    url: `http://127.0.0.1:${port}`,
    logFile: join(folder, "netchecker.log"),
    env: {
      ...IMAGE_ENV,
      KUBECONFIG: config,
      REDIS_HOST: redisHost,
      HOST: "127.0.0.1",
      PORT: String(port),
      EXTERNAL_TARGETS: "outside.example:443",
      ROUND_INTERVAL_MS: "3600000",
      ROUND_REQUEST_PAUSE_MS: "0",
      ROUND_TIMEOUT_MS: "60000",
    },
  });
  let simulation: ChildProcess | undefined;
  try {
    const atRestMiB = await memoryAtRest(netchecker, memory);
    await redis.flushall();
    simulation = fork(new URL("./simulated-agents.ts", import.meta.url), {
      env: { REDIS: redisHost, AGENTS: JSON.stringify(agents) },
    });
    await new Promise((resolve) => simulation?.once("message", resolve));
    await netchecker.start();
    return await use({ netchecker, memory, simulation, redis, node: agents[0]!.node, atRestMiB });
  } finally {
    simulation?.kill();
    await netchecker.stop();
    memory.remove();
    redis.disconnect();
    await Promise.all([redisServer.stop(), api.stop()]);
    await rm(folder, { recursive: true });
  }
}

/** It is ended after that. */
async function memoryAtRest(
  netchecker: NetcheckerProcess,
  memory: ServiceMemory,
): Promise<number | null> {
  await netchecker.start();
  await sleep(5_000);
  const mib = memory.nowMiB();
  await netchecker.kill();
  return mib;
}

/** Resolves once a round is stored. */
export async function storedRound(
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
