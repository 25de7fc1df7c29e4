import type { RedisNames } from "@netchecker/contract";
import {
  connectOnce,
  explainRedisError,
  type Redis,
  type RedisAddress,
} from "@netchecker/runtime/redis";
import type { RedisFault } from "../core/redis-fault.ts";
import { throwFirstError } from "./publish-targets.ts";

/** For each answer. A healthy Redis takes a millisecond. */
const ANSWER_TIMEOUT_MS = 2_000;
const PROBE_EXPIRES_MS = 1_000;
/** Too large for one packet with any usual MTU, including jumbo frames (9,000 bytes). */
const LARGE_BYTES = 16 * 1024;

const LOSES_LARGE: RedisFault = {
  kind: "loses_large",
  code: "large_lost",
  sentence:
    "Redis answers small commands and no large ones: large packets are lost on the way to it; compare the MTU of the pod network with that of the links between netchecker's node and Redis' node",
};

/**
 * Finds out what is wrong with Redis, on a connection of its own; null if nothing is. It tries the commands that
 * netchecker needs, and leaves nothing behind. It takes a few seconds at most. While it subscribes, an agent's report
 * may be delivered to this connection, and the agent takes it for delivered. That does no harm: netchecker's own
 * subscriber gets the report as well, or could not have got it in any case.
 */
export async function diagnoseRedis(
  address: RedisAddress,
  names: RedisNames,
): Promise<RedisFault | null> {
  let redis: Redis;
  try {
    redis = await connectOnce(address, "netchecker-diagnosis", ANSWER_TIMEOUT_MS);
  } catch (error) {
    return explainRedisError(error);
  }
  try {
    await redis.ping();
    if (!(await answersLarge(redis))) return LOSES_LARGE;
    await write(redis, names);
    await redis.eval("return redis.call('GET', KEYS[1])", 1, probeOf(names.lease));
    await redis.subscribe(...Object.values(names.reports));
    return null;
  } catch (error) {
    return explainRedisError(error);
  } finally {
    redis.disconnect();
  }
}

const probeOf = (key: string): string => `${key}:check`;

async function answersLarge(redis: Redis): Promise<boolean> {
  const large = "x".repeat(LARGE_BYTES);
  try {
    return (await redis.ping(large)) === large;
  } catch (error) {
    // A connection that breaks here has lost the large command, too. An error from Redis itself is another fault.
    const failure = explainRedisError(error);
    if (failure.kind === "refuses") throw error;
    return false;
  }
}

/** Uses several keys in one transaction, because a Redis cluster that spreads keys over servers refuses that. */
async function write(redis: Redis, names: RedisNames): Promise<void> {
  const [text, hash, set] = [names.lease, names.findings, names.rounds].map(probeOf) as [
    string,
    string,
    string,
  ];
  const transaction = redis
    .multi()
    .set(text, "1", "PX", PROBE_EXPIRES_MS)
    .publish(text, "")
    .hset(hash, "check", "1")
    .zadd(set, 1, "1")
    .del(hash)
    .del(set);
  throwFirstError(await transaction.exec());
}
