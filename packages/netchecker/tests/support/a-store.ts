import type { RedisNames } from "@netchecker/contract";
import type { Redis } from "@netchecker/runtime/redis";
import { createRoundPublisher } from "../../src/adapters/publish-targets.ts";
import {
  createRoundStore,
  type HistorySettings,
  type StoreSurroundings,
} from "../../src/adapters/store-rounds.ts";
import type { Lease } from "../../src/ports.ts";
import { NAMES } from "./a-redis.ts";

const FENCE = { owner: "test", token: "token-of-the-test" };

/** Holds a lease without an expiry, until another netchecker takes it. */
export async function aHeldLease(redis: Redis, names = NAMES): Promise<Pick<Lease, "fence">> {
  await redis.set(names.lease, FENCE.owner);
  await redis.set(names.leaseHolder, JSON.stringify({ pod: FENCE.owner, token: FENCE.token }));
  return { fence: FENCE };
}

/** The history in Redis, with the lease held. */
export async function aStore(
  redis: Redis,
  history: HistorySettings,
  surroundings: StoreSurroundings = {},
  names: RedisNames = NAMES,
) {
  return createRoundStore(redis, names, await aHeldLease(redis, names), history, surroundings);
}

export type AStore = Awaited<ReturnType<typeof aStore>>;

/** A publisher of lists, with the lease held. */
export async function aPublisher(
  redis: Redis,
  trouble?: Parameters<typeof createRoundPublisher>[3],
  unheard?: () => void,
) {
  return createRoundPublisher(redis, NAMES, await aHeldLease(redis), trouble, unheard);
}
