import { setTimeout as sleep } from "node:timers/promises";
import { redisNames } from "@netchecker/contract";
import { freePort } from "@netchecker/testbed/sockets/listen";
import { TcpProxy } from "@netchecker/testbed/sockets/tcp-proxy";
import { createLog } from "@netchecker/runtime/log";
import { connectRedis } from "@netchecker/runtime/redis";
import { largeCluster } from "../../large-cluster.ts";
import { bedFolder, startAgents } from "../bed/load-bed.ts";
import { readManifests } from "../bed/manifest.ts";
import { NetcheckerPod } from "../bed/netchecker-pod.ts";
import { startRedisPod } from "../bed/redis-pod.ts";
import { StoredRounds } from "../bed/stored-rounds.ts";
import { deathsOf, type LoadRow, peakOf } from "../load-row.ts";

export interface PartitionOptions {
  /** The number of actions, of all pairs together. */
  readonly steps: number;
  /** How many pairs of netcheckers run at the same time. Each pair has its own Redis. */
  readonly pairs: number;
}

const HOST = "127.0.0.1";
const NODES = 3;
const INTERVAL_MS = 1_000;
/** A lease of 15 s expires during the longer pauses, and not during the shorter ones. */
const PAUSES_MS = [500, 2_000, 6_000, 17_000, 22_000];
/** The pause after all faults are healed. It is long enough for a lease to expire and for rounds to go on. */
const PAUSE_AFTER_HEALING_MS = 25_000;

/** One of two netcheckers, and the proxy through which it reaches Redis. */
interface Side {
  readonly netchecker: NetcheckerPod;
  readonly link: TcpProxy;
}

/** The actions. Each cuts or heals one side's link to Redis, stops or continues its process, or restarts it. */
const ACTIONS = {
  cut: ({ link }: Side) => link.close(),
  heal: ({ link }: Side) => link.open(),
  stop: ({ netchecker }: Side) => netchecker.pod.signal("SIGSTOP"),
  "go on": ({ netchecker }: Side) => netchecker.pod.signal("SIGCONT"),
  "end in order": ({ netchecker }: Side) => netchecker.pod.restart("SIGTERM"),
  kill: ({ netchecker }: Side) => netchecker.pod.restart("SIGKILL"),
} as const satisfies Record<string, (side: Side) => unknown>;

interface PairResult {
  readonly faults: readonly string[];
  readonly died: readonly string[];
  readonly rounds: number;
  readonly peak: string;
}

/** Cuts off, stops, kills and heals two netcheckers with one Redis at random. No closed round may change, and ids only grow. */
export async function tryPartition({ steps, pairs }: PartitionOptions): Promise<LoadRow> {
  const each = Math.ceil(steps / pairs);
  const all = await Promise.all(Array.from({ length: pairs }, (_, index) => tryPair(index, each)));
  return {
    tried: `two netcheckers are cut off, stopped, killed and healed in random order, ${each * pairs} times`,
    died: all.flatMap(({ died }) => died),
    lost: all.flatMap(({ faults }) => faults),
    peak: all[0]!.peak,
    seen: `${all.reduce((sum, { rounds }) => sum + rounds, 0)} rounds were closed`,
    faults: all.some(({ rounds }) => rounds === 0) ? ["a pair closed no round"] : [],
  };
}

async function tryPair(index: number, steps: number): Promise<PairResult> {
  await using stack = new AsyncDisposableStack();
  const folder = bedFolder(stack);
  const manifests = readManifests(false);
  const port = await freePort(HOST);
  const redis = await startRedisPod(`redis-${index}`, manifests.redis, { folder, port });
  stack.defer(async () => void (await redis.pod.stop()));
  const { api, agents } = await largeCluster(NODES);
  stack.defer(() => api.stop());
  const simulation = await startAgents(redis.adminUrl, agents, 100);
  stack.defer(() => void simulation.kill());
  const log = createLog("bench", "silent");
  const admin = connectRedis(
    { host: "", url: redis.adminUrl },
    { service: "bench", role: "commands", log },
  );
  stack.defer(() => admin.disconnect());
  const stored = new StoredRounds(admin, redisNames("netchecker:"));
  stack.defer(() => stored.stop());
  const sides = await Promise.all(
    ["a", "b"].map(async (name): Promise<Side> => {
      const link = new TcpProxy({ host: HOST, port: 0 }, () => ({ host: HOST, port }));
      await link.open();
      stack.defer(() => link.close());
      const netchecker = await NetcheckerPod.create({
        name: `netchecker-${index}${name}`,
        folder,
        manifest: manifests.netchecker,
        redisUrl: `redis://${link.address}`,
        apiUrl: api.url,
        env: { ROUND_INTERVAL_MS: String(INTERVAL_MS) },
      });
      stack.defer(async () => void (await netchecker.pod.stop()));
      await netchecker.pod.start();
      return { netchecker, link };
    }),
  );
  const done: string[] = [];
  for (let step = 0; step < steps; step += 1) {
    const which = Math.random() < 0.5 ? 0 : 1;
    const action = pick(Object.keys(ACTIONS) as (keyof typeof ACTIONS)[]);
    done.push(`${action} ${"ab"[which]}`);
    stored.note(done.slice(-4).join(", "));
    await ACTIONS[action](sides[which]!);
    await sleep(pick(PAUSES_MS));
  }
  for (const { netchecker, link } of sides) {
    await link.open();
    netchecker.pod.signal("SIGCONT");
  }
  const before = stored.closed;
  await sleep(PAUSE_AFTER_HEALING_MS);
  await stored.look();
  const notResumed =
    stored.closed > before
      ? []
      : [`no round after all faults were healed (${done.slice(-4).join(", ")})`];
  const pods = sides.map(({ netchecker }) => netchecker.pod);
  return {
    faults: [...stored.faults, ...notResumed],
    died: deathsOf(...pods, redis.pod),
    rounds: stored.closed,
    peak: peakOf(...pods),
  };
}

const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)]!;
