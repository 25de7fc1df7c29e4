import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Redis } from "@netchecker/runtime/redis";
import { holdLease, type LeaseParts } from "../src/adapters/hold-lease.ts";
import { sayHolder } from "../src/core/lease-holder.ts";
import { type ARedis, aRedis, LOG, NAMES } from "./support/a-redis.ts";

let server: ARedis;
let redis: Redis;
const stop = new AbortController();
const leaseOf = (owner: string, parts: LeaseParts = {}) =>
  holdLease(redis, NAMES, owner, LOG, stop.signal, parts);

beforeAll(async () => {
  server = await aRedis();
  redis = await server.connect();
});
afterAll(async () => {
  stop.abort();
  await server.stop();
});

describe("the lease to open rounds", () => {
  it("is held by one netchecker, and goes to the other when it is released or runs out", async () => {
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

  it("names its holder and the holder's cluster while it is held", async () => {
    await redis.del(NAMES.lease);
    let cluster: string | null = null;
    const eu = leaseOf("netchecker-eu", { cluster: () => cluster, clusterName: "prod-eu" });
    const us = leaseOf("netchecker-us", { cluster: () => "uid-us" });
    await eu.hold();
    expect(eu.holder).toBeNull();
    await us.hold();
    expect(us.holder).toMatchObject({ pod: "netchecker-eu", cluster: null, sameCluster: null });
    cluster = "uid-eu";
    await eu.hold();
    await us.hold();
    expect(us.holder).toEqual({
      pod: "netchecker-eu",
      cluster: "uid-eu",
      clusterName: "prod-eu",
      sameCluster: false,
    });
    expect(sayHolder(us.holder!)).toMatch(/netchecker-eu of the cluster prod-eu, .*REDIS_PREFIX/);
    const second = leaseOf("netchecker-eu-2", { cluster: () => cluster });
    await second.hold();
    expect(second.holder).toMatchObject({ sameCluster: true });
    const left = await redis.pttl(NAMES.leaseHolder);
    expect(left).toBeGreaterThan(5_000);
    expect(Math.abs(left - (await redis.pttl(NAMES.lease)))).toBeLessThan(100);
    await eu.release();
    expect(await redis.exists(NAMES.lease, NAMES.leaseHolder)).toBe(0);
    expect(await us.hold()).toBe("held");
    expect(us.holder).toBeNull();
    await us.release();
  });

  it("counts as another's if a pod of the same name in another cluster holds it", async () => {
    await redis.del(NAMES.lease, NAMES.leaseHolder);
    let cluster: string | null = null;
    const eu = leaseOf("netchecker-0", { cluster: () => "uid-eu", clusterName: "prod-eu" });
    const us = leaseOf("netchecker-0", { cluster: () => cluster });
    expect(await eu.hold()).toBe("held");
    // Before this process has seen its own cluster, it cannot tell the holder from itself.
    expect(await us.hold()).toBe("other");
    cluster = "uid-us";
    expect(await us.hold()).toBe("other");
    expect(us.holder).toMatchObject({ pod: "netchecker-0", clusterName: "prod-eu" });
    expect(sayHolder(us.holder!)).toMatch(/netchecker-0 of the cluster prod-eu, .*REDIS_PREFIX/);
    await us.release();
    expect(await eu.hold()).toBe("held");
    const next = leaseOf("netchecker-0", { cluster: () => "uid-eu", clusterName: "prod-eu" });
    expect(await next.hold()).toBe("held");
    await next.release();
    expect(await us.hold()).toBe("held");
    expect(await eu.hold()).toBe("other");
    await us.release();
  });

  it("stays with its holder when the cluster's pong service is created anew", async () => {
    let cluster: string | null = null;
    const lease = leaseOf("a", { cluster: () => cluster });
    for (cluster of [null, "uid-1", "uid-2", null]) expect(await lease.hold()).toBe("held");
    await lease.release();
    expect(await redis.exists(NAMES.lease, NAMES.leaseHolder)).toBe(0);
  });

  it("can be renewed although the text beside it cannot be read", async () => {
    for (const beside of [
      "",
      "{",
      "7",
      "[]",
      '{"pod":"b","cluster":"x"}',
      '{"pod":"a","cluster":7}',
    ]) {
      await redis.set(NAMES.lease, "a");
      await redis.set(NAMES.leaseHolder, beside);
      const lease = leaseOf("a", { cluster: () => "uid" });
      expect(await lease.hold()).toBe("held");
      await lease.release();
    }
  });

  it("works with an old version that writes no text beside it", async () => {
    const ours = leaseOf("new", { cluster: () => "uid" });
    await ours.hold();
    expect(await redis.get(NAMES.lease)).toBe("new");
    // The old version takes the lease when ours has run out. Our text beside it may still be there.
    await redis.set(NAMES.lease, "old", "PX", 15_000);
    expect(await ours.hold()).toBe("other");
    expect(ours.holder).toEqual({
      pod: "old",
      cluster: null,
      clusterName: null,
      sameCluster: null,
    });
    await redis.del(NAMES.lease, NAMES.leaseHolder);
  });

  it("is redis_away while Redis cannot be asked", async () => {
    await redis.del(NAMES.lease);
    const lease = leaseOf("a");
    await lease.hold();
    await server.server.kill();
    expect(await lease.hold()).toBe("redis_away");
    expect(lease.holding).toBe("redis_away");
  });
});
