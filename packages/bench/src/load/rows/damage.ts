import { setTimeout as sleep } from "node:timers/promises";
import { redisNames, type State } from "@netchecker/contract";
import { createLog } from "@netchecker/runtime/log";
import { connectRedis, type Redis } from "@netchecker/runtime/redis";
import { startLoadBed } from "../bed/load-bed.ts";
import { deathsOf, type LoadRow, peakOf } from "../load-row.ts";
import { DAMAGES, damage, placesToDamage, sayPlace } from "./damages.ts";

export interface DamageOptions {
  readonly nodes: number;
  readonly intervalMs: number;
  /** How many of the damages are drawn; null: all. */
  readonly drawn: number | null;
}

const names = redisNames("netchecker:");
/** A lease that says anything is another's until it runs out, which is within the interval of the manifests. */
const LEASE_MS = 15_000;
/** From the start of the process to its first health answer, on a busy machine; the interval begins after that. */
const UP_WITHIN_MS = 20_000;

/** What netchecker finds in Redis at its start is broken, in one place and one way each time: it must run rounds all the same. */
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
  const all = places.flatMap((place) => DAMAGES.map((kind) => ({ place, kind })));
  const chosen = drawn === null ? all : draw(all, drawn);
  const lost: string[] = [];
  let latestMs = 0;
  for (const { place, kind } of chosen) {
    await restore(redis, whole);
    await damage(redis, place, kind);
    const startedAt = Date.now();
    const deaths = pod.deaths.length;
    await pod.start(UP_WITHIN_MS).catch(() => {});
    const upAt = performance.now();
    // The round's own time comes on top: one that waits for an agent is closed by its timer.
    const withinMs = 2 * intervalMs + (place.key === names.lease ? LEASE_MS : 0);
    const shown = await roundSince(bed.netchecker.url, startedAt, withinMs);
    const where = sayPlace(place);
    if (shown) latestMs = Math.max(latestMs, performance.now() - upAt);
    else lost.push(`no round where ${where} was ${kind}`);
    if (pod.deaths.length > deaths) lost.push(`it died where ${where} was ${kind}`);
    await pod.kill();
  }
  return {
    tried: `${nodes} nodes: ${chosen.length} of ${all.length} damages to what Redis keeps, a start after each`,
    died: deathsOf(pod, bed.redis.pod),
    lost,
    peak: peakOf(pod),
    seen: `latest round closed ${Math.round(latestMs)} ms after the start; rounds are due each ${intervalMs} ms`,
    faults: [],
  };
}

/** All that Redis keeps at a moment at which a round is open. */
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
      // The list is read after the dump: a round that was closed between is no harm.
      if (kept.some(([key]) => key === names.openRound)) return { dumps: new Map(kept), ids };
    }
    await sleep(5);
  }
}

/** Lists expire and leases, too; what is left of them here has as long as they have. */
async function restore(redis: Redis, { dumps }: Whole): Promise<void> {
  await redis.flushall();
  for (const [key, dump] of dumps) {
    const expires = key.startsWith(names.lease) || key.includes("list:");
    await redis.restore(key, expires ? 15_000 : 0, dump);
  }
}

function draw<T>(all: readonly T[], count: number): T[] {
  const left = [...all];
  return Array.from({ length: Math.min(count, all.length) }, () =>
    left.splice(Math.floor(Math.random() * left.length), 1),
  ).flat();
}

/** Whether a round that closed after a moment is served within so long. */
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
