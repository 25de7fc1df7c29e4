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
const PATIENCE_MS = 2_000;
const PROBE_EXPIRES_MS = 1_000;
/** More than fits in one packet of any usual MTU, jumbo frames (9,000) included. */
const LARGE_BYTES = 16 * 1024;

const LOSES_LARGE: RedisFault = {
  kind: "loses_large",
  code: "large_lost",
  sentence:
    "Redis answers small commands and no large ones: large packets are lost on the way to it; compare the MTU of the pod network with that of the links between netchecker's node and Redis' node",
};

/**
 * What is wrong with Redis, seen on a connection of its own; null where nothing is. It tries what
 * netchecker needs, as netchecker does it, and leaves nothing behind. Takes some seconds at most. A
 * report that an agent publishes in the very moment in which this subscribes counts as delivered to it;
 * netchecker's own subscriber gets it too, or could not have got it.
 */
export async function diagnoseRedis(
  address: RedisAddress,
  names: RedisNames,
): Promise<RedisFault | null> {
  let redis: Redis;
  try {
    redis = await connectOnce(address, "netchecker-diagnosis", PATIENCE_MS);
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
    // Also where the connection breaks over it. What Redis itself says of it is another matter.
    const failure = explainRedisError(error);
    if (failure.kind === "refuses") throw error;
    return false;
  }
}

/** Several keys in one transaction: a Redis that spreads keys over servers refuses that. */
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
