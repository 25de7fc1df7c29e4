import { type RedisNames, type TargetList } from "@netchecker/contract";
import type { Redis } from "@netchecker/runtime/redis";
import type { OpenRound, RoundPublisher } from "../ports.ts";
import type { RedisTroubleWatch } from "./watch-redis-trouble.ts";

/** Ids only grow, even if Redis has forgotten the last one. */
const NEXT_ID = `
local id = math.max(tonumber(redis.call("GET", KEYS[1]) or "0"), tonumber(ARGV[1])) + 1
redis.call("SET", KEYS[1], id)
return id`;

/** Tells `trouble` how it went. */
export function createRoundPublisher(
  redis: Redis,
  names: RedisNames,
  trouble?: RedisTroubleWatch,
): RoundPublisher {
  const told = async <T>(deed: Promise<T>): Promise<T> => {
    try {
      return await deed;
    } catch (error) {
      trouble?.failed(error, "publish");
      throw error;
    }
  };
  return {
    async nextId(above) {
      return Number(await told(redis.eval(NEXT_ID, 1, names.roundId, above)));
    },
    async publish(round: OpenRound, lists: readonly TargetList[], deadlineMs: number) {
      const transaction = redis.multi().set(names.openRound, JSON.stringify(round));
      for (const list of lists) {
        const text = JSON.stringify(list);
        // Its expiry is how an agent that was away learns how much time is left, whatever its clock says.
        transaction.set(names.listKeys[list.type], text, "PX", deadlineMs);
        transaction.publish(names.lists[list.type], text);
      }
      await told(transaction.exec().then(throwFirstError));
      trouble?.worked("publish");
    },
  };
}

/** A transaction that was carried out can still hold failed commands. */
export function throwFirstError(replies: [error: Error | null, result: unknown][] | null): void {
  if (replies === null) throw new Error("Redis did not carry the transaction out");
  const failed = replies.find(([error]) => error !== null);
  if (failed?.[0]) throw failed[0];
}
