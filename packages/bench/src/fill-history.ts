import type { RedisNames } from "@netchecker/contract";
import type { Redis } from "@netchecker/runtime/redis";

/** A day, with a round each minute. */
export const HISTORY_ROUNDS = 1_440;
/** Above the ids of all rounds that were run. */
const FIRST_ID = 1_001;

/** Copies of the round that netchecker has stored first, each as an old round: without its columns. The next round's id follows theirs. */
export async function fillHistory(redis: Redis, names: RedisNames): Promise<void> {
  const stored = names.round(1);
  const entry = JSON.parse((await redis.hget(stored, "entry"))!) as object;
  const end = FIRST_ID + HISTORY_ROUNDS;
  for (let id = FIRST_ID; id < end; id += 1) {
    const copy = names.round(id);
    await redis
      .pipeline()
      .copy(stored, copy)
      .hdel(copy, "columns", "extras")
      .hset(copy, { entry: JSON.stringify({ ...entry, id }) })
      .zadd(names.rounds, id, id)
      .exec();
  }
  await redis.set(names.roundId, end - 1);
}
