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
  /** In all, shared by the worlds. */
  readonly steps: number;
  /** How many pairs of netcheckers, each with a Redis of its own, go on side by side. */
  readonly worlds: number;
}

const HOST = "127.0.0.1";
const NODES = 3;
const INTERVAL_MS = 1_000;
/** A lease of 15 s has to run out in some of the pauses, and not in others. */
const PAUSES_MS = [500, 2_000, 6_000, 17_000, 22_000];
/** After all is healed: the lease of one that is gone runs out, and rounds go on. */
const HEALED_MS = 25_000;

/** One of two netcheckers, and its own way to Redis. */
interface Side {
  readonly netchecker: NetcheckerPod;
  readonly link: TcpProxy;
}

/** What is done to one side: its way to Redis is cut or healed, it is stopped or goes on, it is killed and starts again. */
const DEEDS = {
  cut: ({ link }: Side) => link.close(),
  heal: ({ link }: Side) => link.open(),
  stop: ({ netchecker }: Side) => netchecker.pod.signal("SIGSTOP"),
  "go on": ({ netchecker }: Side) => netchecker.pod.signal("SIGCONT"),
  "end in order": ({ netchecker }: Side) => netchecker.pod.restart("SIGTERM"),
  kill: ({ netchecker }: Side) => netchecker.pod.restart("SIGKILL"),
} as const satisfies Record<string, (side: Side) => unknown>;

interface World {
  readonly faults: readonly string[];
  readonly died: readonly string[];
  readonly rounds: number;
  readonly peak: string;
}

/** Two netcheckers on one Redis, cut off, stopped, killed and healed by chance: no closed round is ever replaced, ids only grow. */
export async function tryPartition({ steps, worlds }: PartitionOptions): Promise<LoadRow> {
  const each = Math.ceil(steps / worlds);
  const all = await Promise.all(
    Array.from({ length: worlds }, (_, index) => tryWorld(index, each)),
  );
  return {
    tried: `two netcheckers: cut off, stopped, killed, healed, in any order, ${each * worlds} times`,
    died: all.flatMap(({ died }) => died),
    lost: all.flatMap(({ faults }) => faults),
    peak: all[0]!.peak,
    seen: `${all.reduce((sum, { rounds }) => sum + rounds, 0)} rounds were closed`,
    faults: all.some(({ rounds }) => rounds === 0) ? ["a pair closed no round"] : [],
  };
}

async function tryWorld(index: number, steps: number): Promise<World> {
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
  const did: string[] = [];
  for (let step = 0; step < steps; step += 1) {
    const which = Math.random() < 0.5 ? 0 : 1;
    const deed = pick(Object.keys(DEEDS) as (keyof typeof DEEDS)[]);
    did.push(`${deed} ${"ab"[which]}`);
    stored.note(did.slice(-4).join(", "));
    await DEEDS[deed](sides[which]!);
    await sleep(pick(PAUSES_MS));
  }
  for (const { netchecker, link } of sides) {
    await link.open();
    netchecker.pod.signal("SIGCONT");
  }
  const before = stored.closed;
  await sleep(HEALED_MS);
  await stored.look();
  const goesOn =
    stored.closed > before ? [] : [`no round after all was healed (${did.slice(-4).join(", ")})`];
  const pods = sides.map(({ netchecker }) => netchecker.pod);
  return {
    faults: [...stored.faults, ...goesOn],
    died: deathsOf(...pods, redis.pod),
    rounds: stored.closed,
    peak: peakOf(...pods),
  };
}

const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)]!;
