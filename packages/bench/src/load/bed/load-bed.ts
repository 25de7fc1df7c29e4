import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ApiServer } from "@netchecker/testbed/kubernetes/api-server/api-server";
import { requireBundles } from "@netchecker/testbed/services/bundles";
import { freePort } from "@netchecker/testbed/sockets/listen";
import { largeCluster } from "../../large-cluster.ts";
import type { Pattern } from "./agent-outcomes.ts";
import { HealthRecord } from "./health-record.ts";
import { type Manifests, readManifests } from "./manifest.ts";
import { NetcheckerPod } from "./netchecker-pod.ts";
import { type RedisPod, startRedisPod } from "./redis-pod.ts";
import { RoundsRecord } from "./rounds-record.ts";

export interface BedOptions {
  readonly nodes: number;
  /** How many of the nodes have an agent. Default: all. */
  readonly agents?: number;
  /** Whether components/large-cluster sets the limits. Default: yes above 200 nodes. */
  readonly large?: boolean;
  readonly intervalMs: number;
  readonly pattern?: Pattern;
  /** Whether Redis has the users of components/redis-auth. */
  readonly auth?: boolean;
}

/** One netchecker with everything that it needs, and records of how it does. Each service has its manifest's limits. */
export interface LoadBed {
  readonly folder: string;
  readonly manifests: Manifests;
  readonly netchecker: NetcheckerPod;
  readonly redis: RedisPod;
  readonly api: ApiServer;
  readonly health: HealthRecord;
  readonly rounds: RoundsRecord;
  readonly intervalMs: number;
  /** Sets the pattern of the agents' outcomes. */
  readonly setPattern: (pattern: Pattern) => void;
  /** The simulated agents. */
  readonly agents: readonly { readonly pod: string; readonly node: string }[];
  readonly stack: AsyncDisposableStack;
}

const AGENTS = fileURLToPath(new URL("./agents.ts", import.meta.url));

/** A folder for logs. The stack deletes it at its end, unless `LOAD_KEEP` is set. */
export function bedFolder(stack: AsyncDisposableStack): string {
  const folder = mkdtempSync(join(tmpdir(), "netchecker-load-"));
  if (process.env["LOAD_KEEP"] !== undefined) return folder;
  const deleteFolder = () => rmSync(folder, { recursive: true, force: true });
  process.on("exit", deleteFolder);
  stack.defer(() => {
    process.off("exit", deleteFolder);
    deleteFolder();
  });
  return folder;
}

/** Starts all services. Resolves when two rounds were served. The stack ends the services. */
export async function startLoadBed(options: BedOptions): Promise<LoadBed> {
  const stack = new AsyncDisposableStack();
  try {
    return await build(options, stack);
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function build(options: BedOptions, stack: AsyncDisposableStack): Promise<LoadBed> {
  const { nodes, intervalMs, auth = false, large = nodes > 200 } = options;
  await requireBundles();
  const folder = bedFolder(stack);
  const manifests = readManifests(large);
  const port = await freePort("127.0.0.1");
  const redis = await startRedisPod("redis", manifests.redis, { folder, port, auth });
  stack.defer(async () => void (await redis.pod.stop()));
  const { api, agents } = await largeCluster(nodes, options.agents);
  stack.defer(() => api.stop());
  const simulation = await startAgents(redis.adminUrl, agents, Math.min(1_500, intervalMs / 8));
  stack.defer(() => void simulation.kill());
  const setPattern = (pattern: Pattern) => void simulation.send({ pattern });
  setPattern(options.pattern ?? "healthy");
  const netchecker = await NetcheckerPod.create({
    name: "netchecker",
    folder,
    manifest: manifests.netchecker,
    redisUrl: redis.url,
    apiUrl: api.url,
    env: { ROUND_INTERVAL_MS: String(intervalMs) },
  });
  stack.defer(async () => void (await netchecker.pod.stop()));
  await netchecker.pod.start();
  const health = new HealthRecord(netchecker.healthUrl);
  stack.defer(() => health.stop());
  const rounds = new RoundsRecord(netchecker.url, intervalMs);
  stack.defer(() => rounds.stop());
  simulation.on("message", (message) => {
    const { round, sentAt } = message as { round?: number; sentAt?: number };
    if (round !== undefined && sentAt !== undefined) rounds.noteSent(round, sentAt);
  });
  await rounds.served(2, 4 * intervalMs + 60_000);
  return {
    folder,
    manifests,
    netchecker,
    redis,
    api,
    health,
    rounds,
    intervalMs,
    setPattern,
    agents,
    stack,
  };
}

/** Starts simulated agents. Resolves when they have subscribed to the lists. */
export async function startAgents(
  redisUrl: string,
  agents: readonly object[],
  spreadMs: number,
): Promise<ChildProcess> {
  const simulation = fork(AGENTS, {
    env: { REDIS_URL: redisUrl, AGENTS: JSON.stringify(agents), SPREAD_MS: String(spreadMs) },
  });
  await new Promise((resolve) => simulation.once("message", resolve));
  return simulation;
}
