import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Redis } from "@netchecker/runtime/redis";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { conclude, emptyMemory } from "@netchecker/conclude";
import { roundWithoutResult } from "@netchecker/round/round-without-result";
import { results } from "../src/core/results.ts";
import { type ARedis, aRedis, NAMES } from "./support/a-redis.ts";
import { aClosedRound, aView, OK, TIMEOUT } from "@netchecker/round/testing/a-round";
import { aHeldLease, aPublisher, aStore } from "./support/a-store.ts";

let server: ARedis;
let redis: Redis;

beforeAll(async () => {
  server = await aRedis();
  redis = await server.connect();
});
beforeEach(() => redis.flushall());
afterAll(() => server.stop());

function aRound(id: number): ClosedRound {
  return aClosedRound(aView(3), {
    run: { id },
    finds: (target) => (target.name === "pong-2" ? TIMEOUT : OK),
  });
}

const failedHead = (id: number) =>
  roundWithoutResult(
    { id, startedAt: 1_000, finishedAt: 2_000 },
    "failed",
    "could not be published",
  );

describe("the history in Redis", () => {
  it("gives a round back as it was, but marked as stored", async () => {
    const store = await aStore(redis, { fullRounds: 3, rounds: 5 });
    await store.save(aRound(1), emptyMemory());
    const restored = await store.round(1);
    expect([...results(restored!)]).toEqual([...results(aRound(1))]);
    expect(restored?.head).toEqual({ ...aRound(1).head, stored: true });
    expect((await store.lastClosed())?.head.id).toBe(1);
    expect(await store.round(2)).toBeNull();
    expect(await store.head(2)).toBeNull();
  });

  it("gives findings back, and the memory", async () => {
    const store = await aStore(redis, { fullRounds: 3, rounds: 5 });
    expect(await store.memory()).toBeNull();
    let memory = emptyMemory();
    for (const id of [1, 2]) {
      const round = aRound(id);
      const { findings, ...rest } = conclude(round, aView(3), memory);
      memory = rest.memory;
      expect(findings.length).toBeGreaterThan(0);
      await store.save({ ...round, findings }, memory);
    }
    expect(await store.memory()).toEqual(memory);
    const [second, first] = await Array.fromAsync(store.findings(10));
    expect([second!.head.id, first!.head.id]).toEqual([2, 1]);
    expect(second!.findings[0]).toMatchObject({ id: first!.findings[0]!.id, rounds: 2 });
    expect(await store.findingsOf(1)).toEqual(first!.findings);
    expect((await store.round(2))?.findings).toEqual(second!.findings);
    expect(await store.findingsOf(3)).toEqual([]);
    await redis.set(NAMES.findings, "not JSON");
    expect(await store.memory()).toBeNull();
  });

  it("is bounded: it keeps every outcome of the last rounds, failures of more, and nothing of the rest", async () => {
    const store = await aStore(redis, { fullRounds: 3, rounds: 5 });
    // Ids may jump. A jump must not leave old rounds behind.
    const ids = [1, 2, 3, 100, 101, 102, 103, 104, 105];
    for (const id of ids) await store.save(aRound(id), emptyMemory());
    expect((await store.heads(99)).map(({ head }) => [head.id, head.kept])).toEqual([
      [105, "all"],
      [104, "all"],
      [103, "all"],
      [102, "failures"],
      [101, "failures"],
    ]);
    expect((await redis.keys("test:round:*")).length).toBe(5);
    const old = [...results((await store.round(101))!)];
    expect(old).toEqual(
      [...results(aRound(101), { ok: false })].map((row) => ({ ...row, latencyMs: null })),
    );
  });

  it("completes a pruning that was cut off", async () => {
    const lax = await aStore(redis, { fullRounds: 99, rounds: 99 });
    for (let id = 1; id <= 8; id += 1) await lax.save(aRound(id), emptyMemory());
    const strict = await aStore(redis, { fullRounds: 1, rounds: 2 });
    await strict.save(aRound(9), emptyMemory());
    expect((await redis.keys("test:round:*")).sort()).toEqual(["test:round:8", "test:round:9"]);
    expect(await redis.hexists("test:round:8", "columns")).toBe(0);
  });

  it("gives heads in pages, newest first, including rounds without a result", async () => {
    const store = await aStore(redis, { fullRounds: 3, rounds: 50 });
    await store.save(aRound(1), emptyMemory());
    await store.saveHead(failedHead(2));
    await store.save(aRound(3), emptyMemory());
    expect((await store.heads(2)).map(({ head }) => [head.id, head.state])).toEqual([
      [3, "closed"],
      [2, "failed"],
    ]);
    expect((await store.heads(2, 2)).map(({ head }) => head.id)).toEqual([1]);
    expect(await store.round(2)).toBeNull();
    expect(await store.head(2)).toMatchObject({
      head: { failure: "could not be published", stored: true },
    });
  });

  it("finds the last closed round behind any number of failed ones", async () => {
    const store = await aStore(redis, { fullRounds: 3, rounds: 99 });
    await store.save(aRound(1), emptyMemory());
    for (let id = 2; id <= 45; id += 1) await store.saveHead(failedHead(id));
    expect((await store.lastClosed())?.head.id).toBe(1);
  });

  it("removes the note of an open round, but never that of another round", async () => {
    const store = await aStore(redis, { fullRounds: 3, rounds: 5 });
    const publisher = await aPublisher(redis);
    await publisher.publish({ id: 4, startedAt: 1_000 }, [], 1_000);
    await store.save(aRound(3), emptyMemory());
    expect(await store.openRound()).toEqual({ id: 4, startedAt: 1_000 });
    await store.save(aRound(4), emptyMemory());
    expect(await store.openRound()).toBeNull();
  });

  it("stores a 100-node round so small that a whole default history fits in 64 MB", async () => {
    const store = await aStore(redis, { fullRounds: 60, rounds: 1_440 });
    let seed = 7;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const noisy = (id: number) =>
      aClosedRound(aView(100), {
        run: { id },
        // The latencies do not compress, and one pair in twenty is broken.
        finds: () => (random() < 0.05 ? TIMEOUT : { ...OK, latencyMs: 0.1 + random() * 20 }),
      });
    await store.save(noisy(1), emptyMemory());
    const cost = async () => Number(await redis.memory("USAGE", "test:round:1", "SAMPLES", 0));
    const full = await cost();
    await redis.hdel("test:round:1", "columns", "extras");
    const slim = await cost();
    expect(60 * full + 1_380 * slim).toBeLessThan(64 * 1024 * 1024);
  });
});

describe("round ids", () => {
  it("only grow, even if Redis has forgotten the last one", async () => {
    const publisher = await aPublisher(redis);
    expect(await publisher.nextId(0)).toBe(1);
    expect(await publisher.nextId(0)).toBe(2);
    await redis.flushall();
    await aHeldLease(redis);
    expect(await publisher.nextId(41)).toBe(42);
    expect(await publisher.nextId(3)).toBe(43);
  });
});
