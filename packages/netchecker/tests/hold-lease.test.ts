import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Redis } from "@netchecker/runtime/redis";
import { holdLease } from "../src/adapters/hold-lease.ts";
import { type ARedis, aRedis, LOG, NAMES } from "./support/a-redis.ts";

let server: ARedis;
let redis: Redis;
const stop = new AbortController();
const leaseOf = (owner: string) => holdLease(redis, NAMES, owner, LOG, stop.signal);

beforeAll(async () => {
  server = await aRedis();
  redis = await server.connect();
});
afterAll(async () => {
  stop.abort();
  await server.stop();
});

describe("the lease to open rounds", () => {
  it("is held by one, goes to the other when it is given up or runs out", async () => {
    const [a, b] = [leaseOf("a"), leaseOf("b")];
    expect(await a.hold()).toBe("held");
    expect(await b.hold()).toBe("other");
    await b.release();
    expect(await a.hold()).toBe("held");
    await a.release();
    expect(await b.hold()).toBe("held");
    expect(await redis.pttl(NAMES.lease)).toBeGreaterThan(5_000);
    await redis.del(NAMES.lease);
    expect(await a.hold()).toBe("held");
    expect(await b.hold()).toBe("other");
  });

  it("is taken over at once by the same pod's next container", async () => {
    await redis.del(NAMES.lease);
    await leaseOf("pod-1").hold();
    expect(await leaseOf("pod-1").hold()).toBe("held");
  });

  it("says when Redis cannot be asked", async () => {
    await redis.del(NAMES.lease);
    const lease = leaseOf("a");
    await lease.hold();
    await server.server.kill();
    expect(await lease.hold()).toBe("redis_away");
    expect(lease.holding).toBe("redis_away");
  });
});
