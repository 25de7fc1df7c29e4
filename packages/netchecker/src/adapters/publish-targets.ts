import { hash } from "node:crypto";
import type { ListDigests, RedisNames, TargetList } from "@netchecker/contract";
import type { Log } from "@netchecker/runtime/log";
import { connectAnew, type Redis } from "@netchecker/runtime/redis";
import { LeaseLostError } from "../core/lease-lost.ts";
import type { Lease, OpenRound, RoundPublisher } from "../ports.ts";
import { giveRoundId } from "./give-round-id.ts";
import type { RedisTroubleWatch } from "./watch-redis-trouble.ts";
import { writeFenced } from "./write-fenced.ts";

/**
 * Publishes and stores the lists. An agent that was away learns from their expiry how much time is left, whatever its
 * clock says. A full Redis refuses a script only if its first write takes memory, so the script first deletes a key;
 * the new lists replace the old ones.
 */
const PUBLISH = `
redis.call("DEL", KEYS[3])
redis.call("SET", KEYS[3], ARGV[3])
redis.call("SET", KEYS[4], ARGV[5], "PX", ARGV[4])
local heard = 0
for at = 5, #KEYS do
  local list, channel = ARGV[2 * at - 4], ARGV[2 * at - 3]
  redis.call("SET", KEYS[at], list, "PX", ARGV[4])
  heard = math.max(heard, redis.call("PUBLISH", channel, list))
end
return heard`;

/** Tells `trouble` whether each write worked, and calls `unheard` if no agent received the lists. */
export function createRoundPublisher(
  redis: Redis,
  names: RedisNames,
  lease: Pick<Lease, "fence">,
  trouble?: RedisTroubleWatch,
  unheard: () => void = () => {},
): RoundPublisher {
  const write = writeFenced(redis, names, lease);
  const noteFailure = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof LeaseLostError)) trouble?.failed(error, "publish");
      throw error;
    }
  };
  return {
    nextId: (above) => noteFailure(giveRoundId(write, names, above)),
    async publish(round: OpenRound, lists: readonly TargetList[], deadlineMs: number, awaited = 0) {
      const texts = lists.map((list) => JSON.stringify(list));
      const script = {
        body: PUBLISH,
        keys: [
          names.openRound,
          names.listDigests,
          ...lists.map(({ type }) => names.listKeys[type]),
        ],
        args: [
          JSON.stringify(round),
          deadlineMs,
          digestsOf(lists, texts),
          ...lists.flatMap(({ type }, at) => [texts[at]!, names.lists[type]]),
        ],
      };
      const heard = await noteFailure(write(script));
      trouble?.worked("publish");
      if (awaited > 0 && heard === 0) unheard();
    },
  };
}

/** With these digests an agent tells netchecker's lists from forged ones. They take a few hundred bytes per round. */
function digestsOf(lists: readonly TargetList[], texts: readonly string[]): string {
  const digests = lists.map(({ type }, at) => [type, hash("sha256", texts[at]!)] as const);
  return JSON.stringify(Object.fromEntries(digests) satisfies Partial<ListDigests>);
}

/**
 * Connects to Redis anew if no agent received the lists, because the agents may be on another server. After a failover,
 * Redis' address leads to the new primary, but old connections still lead to the old one, which may not know yet that
 * it was replaced.
 */
export function reconnectIfUnheard(redis: Redis, log: Log): () => void {
  return () => {
    if (connectAnew(redis)) log.warn("no agent hears the lists; connects to Redis anew");
  };
}

type Replies = [error: Error | null, result: unknown][];

/** A transaction can succeed although some of its commands failed. */
export function throwFirstError(replies: Replies | null): Replies {
  if (replies === null) throw new Error("Redis did not carry the transaction out");
  const failed = replies.find(([error]) => error !== null);
  if (failed?.[0]) throw failed[0];
  return replies;
}
