import { type ChildProcess, fork } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BUNDLES } from "@netchecker/testbed/services/bundles";
import { IMAGE_ENV } from "@netchecker/testbed/services/image-env";
import { kubeConfig } from "@netchecker/testbed/kubernetes/kube-config";
import { freePort } from "@netchecker/testbed/sockets/listen";
import { NetcheckerProcess } from "@netchecker/testbed/services/netchecker-process";
import type { Redis } from "@netchecker/runtime/redis";
import { startBenchRedis } from "./bench-redis.ts";
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
  await using stack = new AsyncDisposableStack();
  const { folder, host: redisHost, connect } = await startBenchRedis(stack);
  const { api, agents } = await largeCluster(nodes);
  stack.defer(() => api.stop());
  const redis = connect("commands");
  await new Promise((resolve) => void redis.once("ready", resolve));
  // As in the manifests: the reports of 1,000 nodes come as one burst of more than Redis' default.
  await redis.config("SET", "client-output-buffer-limit", "pubsub 256mb 128mb 60");
  const config = join(folder, "kubeconfig");
  writeFileSync(config, kubeConfig(api.url, "", "netchecker"));
  const port = await freePort("127.0.0.1");
  const memory = stack.use(new ServiceMemory("netchecker"));
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
  stack.defer(() => netchecker.stop());
  const atRestMiB = await memoryAtRest(netchecker, memory);
  await redis.flushall();
  const simulation = fork(new URL("./simulated-agents.ts", import.meta.url), {
    env: { REDIS: redisHost, AGENTS: JSON.stringify(agents) },
  });
  stack.defer(() => void simulation.kill());
  await new Promise((resolve) => simulation.once("message", resolve));
  await netchecker.start();
  return await use({ netchecker, memory, simulation, redis, node: agents[0]!.node, atRestMiB });
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
