import { setTimeout as sleep } from "node:timers/promises";
import { redisNames, type State } from "@netchecker/contract";
import { createLog } from "@netchecker/runtime/log";
import { connectRedis, type Redis } from "@netchecker/runtime/redis";
import { startLoadBed } from "../bed/load-bed.ts";
import { deathsOf, type LoadRow, peakOf } from "../load-row.ts";
import { DAMAGE_KINDS, damage, placesToDamage, sayPlace } from "./damage-redis.ts";

export interface DamageOptions {
  readonly nodes: number;
  readonly intervalMs: number;
  /** How many of the cases are tried, drawn at random. Null means all. */
  readonly drawn: number | null;
}

const names = redisNames("netchecker:");
/** A damaged lease counts as another netchecker's until it expires. A lease lives this long. */
const LEASE_MS = 15_000;
/** The time from the start of the process to its first health answer, on a busy machine. */
const START_TIMEOUT_MS = 20_000;

/** Damages one record in Redis, in one way, before each start of netchecker. Rounds must run in spite of it. */
export async function tryDamage({ nodes, intervalMs, drawn }: DamageOptions): Promise<LoadRow> {
  const bed = await startLoadBed({ nodes, intervalMs });
  await using stack = bed.stack;
  const log = createLog("bench", "silent");
  const redis = connectRedis(
    { host: "", url: bed.redis.adminUrl },
    { service: "bench", role: "commands", log },
  );
  stack.defer(() => redis.disconnect());
  await bed.rounds.served(4, 60_000);
  bed.rounds.stop();
  bed.health.stop();
  const { pod } = bed.netchecker;
  const whole = await dumpWhileOpen(redis);
  await pod.kill();
  await restore(redis, whole);
  const places = await placesToDamage(redis, names);
  const all = places.flatMap((place) => DAMAGE_KINDS.map((kind) => ({ place, kind })));
  const chosen = drawn === null ? all : draw(all, drawn);
  const lost: string[] = [];
  let latestMs = 0;
  for (const { place, kind } of chosen) {
    await restore(redis, whole);
    await damage(redis, place, kind);
    const startedAt = Date.now();
    const deaths = pod.deaths.length;
    await pod.start(START_TIMEOUT_MS).catch(() => {});
    const upAt = performance.now();
    // Two intervals: the first round may start late, and a round that waits for an agent lasts until its timer.
    const withinMs = 2 * intervalMs + (place.key === names.lease ? LEASE_MS : 0);
    const shown = await roundSince(bed.netchecker.url, startedAt, withinMs);
    const where = sayPlace(place);
    if (shown) latestMs = Math.max(latestMs, performance.now() - upAt);
    else lost.push(`no round after ${where} was ${kind}`);
    if (pod.deaths.length > deaths) lost.push(`netchecker died after ${where} was ${kind}`);
    await pod.kill();
  }
  return {
    tried: `${nodes} nodes: ${chosen.length} of ${all.length} ways to damage Redis' records, and a start after each`,
    died: deathsOf(pod, bed.redis.pod),
    lost,
    peak: peakOf(pod),
    seen: `the slowest start had a closed round after ${Math.round(latestMs)} ms; the interval is ${intervalMs} ms`,
    faults: [],
  };
}

/** Everything that Redis keeps while a round is open. */
interface Whole {
  readonly dumps: ReadonlyMap<string, Buffer>;
  readonly ids: readonly number[];
}

async function dumpWhileOpen(redis: Redis): Promise<Whole> {
  for (;;) {
    const keys = await redis.keys("*");
    if (keys.includes(names.openRound)) {
      const dumps = await Promise.all(keys.map((key) => redis.dumpBuffer(key)));
      const kept = keys
        .map((key, index) => [key, dumps[index]!] as const)
        .filter(([, dump]) => dump);
      const ids = (await redis.zrange(names.rounds, "0", "-1")).map(Number);
      // The ids are read after the dump. It does no harm if a round closes in between.
      if (kept.some(([key]) => key === names.openRound)) return { dumps: new Map(kept), ids };
    }
    await sleep(5);
  }
}

/** Lists and leases expire, so each of them gets a new full lifetime. */
async function restore(redis: Redis, { dumps }: Whole): Promise<void> {
  await redis.flushall();
  for (const [key, dump] of dumps) {
    const expires = key.startsWith(names.lease) || key.includes("list:");
    await redis.restore(key, expires ? LEASE_MS : 0, dump);
  }
}

function draw<T>(all: readonly T[], count: number): T[] {
  const left = [...all];
  return Array.from({ length: Math.min(count, all.length) }, () =>
    left.splice(Math.floor(Math.random() * left.length), 1),
  ).flat();
}

/** Waits up to `withinMs` for a round that closed after `since`. Returns whether it was served. */
async function roundSince(url: string, since: number, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    const shown = await fetch(`${url}/state`).then(
      async (response) => ((await response.json()) as Partial<State>).shown,
      () => null,
    );
    if (shown && Date.parse(shown.at) > since) return true;
    await sleep(50);
  }
  return false;
}
