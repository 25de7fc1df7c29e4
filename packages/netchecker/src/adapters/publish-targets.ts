import { type RedisNames, type TargetList } from "@netchecker/contract";
import type { Log } from "@netchecker/runtime/log";
import { connectAnew, type Redis } from "@netchecker/runtime/redis";
import type { OpenRound, RoundPublisher } from "../ports.ts";
import type { RedisTroubleWatch } from "./watch-redis-trouble.ts";

/** Ids only grow, even if Redis has forgotten the last one. */
const NEXT_ID = `
local id = math.max(tonumber(redis.call("GET", KEYS[1]) or "0"), tonumber(ARGV[1])) + 1
redis.call("SET", KEYS[1], id)
return id`;

/** Tells `trouble` how it went, and calls `unheard` where no agent listens to the lists. */
export function createRoundPublisher(
  redis: Redis,
  names: RedisNames,
  trouble?: RedisTroubleWatch,
  unheard: () => void = () => {},
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
    async publish(round: OpenRound, lists: readonly TargetList[], deadlineMs: number, awaited = 0) {
      const transaction = redis.multi().set(names.openRound, JSON.stringify(round));
      for (const list of lists) {
        const text = JSON.stringify(list);
        // Its expiry is how an agent that was away learns how much time is left, whatever its clock says.
        transaction.set(names.listKeys[list.type], text, "PX", deadlineMs);
        transaction.publish(names.lists[list.type], text);
      }
      const replies = await told(transaction.exec().then(throwFirstError));
      trouble?.worked("publish");
      if (awaited > 0 && !wereHeard(replies)) unheard();
    },
  };
}

/**
 * For where no agent hears the lists: they may be on another server by now. After a failover the address
 * leads to a new primary, old connections do not, and an old primary that is cut off may not know that it is one.
 */
export function renewing(redis: Redis, log: Log): () => void {
  return () => {
    if (connectAnew(redis)) log.warn("no agent hears the lists; connects to Redis anew");
  };
}

type Replies = [error: Error | null, result: unknown][];

/** Of this transaction's commands only PUBLISH answers with a number: that of its listeners. */
function wereHeard(replies: Replies): boolean {
  return replies.some(([, result]) => typeof result === "number" && result > 0);
}

/** A transaction that was carried out can still hold failed commands. */
export function throwFirstError(replies: Replies | null): Replies {
  if (replies === null) throw new Error("Redis did not carry the transaction out");
  const failed = replies.find(([error]) => error !== null);
  if (failed?.[0]) throw failed[0];
  return replies;
}
