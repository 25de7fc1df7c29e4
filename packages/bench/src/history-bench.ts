import type { RedisNames } from "@netchecker/contract";
import type { Redis } from "@netchecker/runtime/redis";
import { readWhole } from "./read-whole.ts";
import { below, type Row, told } from "./table.ts";

/** A day, with a round each minute. */
const ROUNDS = 1_440;
/** Above the ids of all rounds that were run. */
const FIRST_ID = 1_001;

/** Reads what needs a little of every kept round: the timeline, and one node's history. */
export async function benchHistory(
  { url, pid, node }: { readonly url: string; readonly pid: number; readonly node: string },
  redis: Redis,
  names: RedisNames,
  size: string,
): Promise<Row[]> {
  await fillHistory(redis, names);
  const timeline = await readWhole(`${url}/timeline`, pid);
  const history = await readWhole(`${url}/node-states/${node}/history`, pid);
  const rows = Object.entries({ "/timeline": timeline, "a node's history": history });
  const of = `${ROUNDS} rounds of ${size},`;
  return rows.flatMap(([what, { bytes, cpuSeconds, addedMiB }]) => [
    told(`${of} ${what}: size`, `${(bytes / 1e3).toFixed(0)} kB`),
    told(`${of} ${what}: netchecker's CPU`, `${cpuSeconds.toFixed(2)} s`),
    below(`${of} ${what}: memory added while it is read`, addedMiB, 40, "MiB"),
  ]);
}

/** Copies of the round that netchecker has stored first, each as an old round: without its columns. */
async function fillHistory(redis: Redis, names: RedisNames): Promise<void> {
  const stored = names.round(1);
  const entry = JSON.parse((await redis.hget(stored, "entry"))!) as object;
  for (let id = FIRST_ID; id < FIRST_ID + ROUNDS; id += 1) {
    const copy = names.round(id);
    await redis
      .pipeline()
      .copy(stored, copy)
      .hdel(copy, "columns", "extras")
      .hset(copy, { entry: JSON.stringify({ ...entry, id }) })
      .zadd(names.rounds, id, id)
      .exec();
  }
}
