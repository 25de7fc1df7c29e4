import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Redis } from "@netchecker/runtime/redis";
import { diagnoseRedis } from "../src/adapters/diagnose-redis.ts";
import { holdLease } from "../src/adapters/hold-lease.ts";
import { createRoundPublisher } from "../src/adapters/publish-targets.ts";
import { watchRedisHealth } from "../src/adapters/redis-health.ts";
import { type RedisTroubleWatch, watchRedisTrouble } from "../src/adapters/watch-redis-trouble.ts";
import { Changes } from "../src/changes.ts";
import { type ARedis, aRedis, LOG, NAMES } from "./support/a-redis.ts";
import { aWayThatLosesLarge } from "./support/a-way-to-redis.ts";
import { aHeldLease } from "./support/a-store.ts";

const TIMINGS = { diagnoseEveryMs: 300, forgetAfterMs: 1_000 };

let redis: ARedis;
let commands: Redis;
let stop: AbortController;
let turns: number;
let diagnoses: number;
let held: Awaited<ReturnType<typeof aHeldLease>>;

beforeEach(async () => {
  redis = await aRedis();
  commands = await redis.connect();
  held = await aHeldLease(commands);
  stop = new AbortController();
  turns = 0;
  diagnoses = 0;
});
afterEach(async () => {
  stop.abort();
  await redis.stop();
});

function watch(host = redis.address.host): RedisTroubleWatch {
  const changes = new Changes();
  changes.listen(() => (turns += 1));
  const diagnose = () => {
    diagnoses += 1;
    return diagnoseRedis({ host }, NAMES);
  };
  return watchRedisTrouble(diagnose, { log: LOG, changes }, stop.signal, TIMINGS);
}

const publish = (trouble: RedisTroubleWatch) =>
  createRoundPublisher(commands, NAMES, held, trouble)
    .publish({ id: 1, startedAt: 1 }, [], 1_000)
    .catch(() => {});

describe("the trouble with Redis", () => {
  it("is null while all works, and nothing is diagnosed", async () => {
    const trouble = watch();
    await publish(trouble);
    await sleep(2 * TIMINGS.diagnoseEveryMs);
    expect([trouble.trouble(), diagnoses, turns]).toEqual([null, 0, 0]);
  });

  it("begins with the first refusal, keeps its onset, and ends with the next success", async () => {
    const trouble = watch();
    await commands.config("SET", "min-replicas-to-write", "1");
    await publish(trouble);
    const { since } = trouble.trouble()!;
    expect(trouble.trouble()).toMatchObject({ kind: "refuses", code: "NOREPLICAS" });
    expect(Date.now() - since).toBeLessThan(1_000);
    await commands.config("SET", "maxmemory", "1");
    await commands.config("SET", "min-replicas-to-write", "0");
    await vi.waitFor(() => expect(trouble.trouble()?.code).toBe("OOM"));
    expect(trouble.trouble()?.since).toBe(since);
    await publish(trouble);
    expect(trouble.trouble()).toBeNull();
    await commands.config("SET", "maxmemory", "0");
    expect(turns).toBe(3);
    const asked = diagnoses;
    await sleep(3 * TIMINGS.diagnoseEveryMs);
    expect(diagnoses).toBe(asked);
  });

  it("does not end when another use works: the lease is small, a list is large", async () => {
    const way = await aWayThatLosesLarge(redis.server.address, 1_400);
    const trouble = watch(way.host);
    trouble.failed(new Error("Command timed out"), "publish");
    const lease = holdLease(commands, NAMES, "a", LOG, stop.signal, { trouble });
    expect(await lease.hold()).toBe("held");
    await vi.waitFor(() => expect(trouble.trouble()?.kind).toBe("loses_large"), 5_000);
    expect(await lease.hold()).toBe("held");
    expect(trouble.trouble()?.kind).toBe("loses_large");
    trouble.worked("publish");
    expect(trouble.trouble()).toBeNull();
    await way.stop();
  });

  it("ends if the failed use is never tried again and the diagnosis finds nothing", async () => {
    const trouble = watch();
    trouble.failed(new Error("Command timed out"), "publish");
    await sleep(TIMINGS.diagnoseEveryMs * 1.5);
    expect(trouble.trouble()?.code).toBe("timeout");
    await vi.waitFor(() => expect(trouble.trouble()).toBeNull(), 5_000);
  });

  it("changes its kind only if two diagnoses in a row say so", async () => {
    const large = { kind: "loses_large", code: "large_lost", sentence: "no large ones" } as const;
    const away = { kind: "away", code: "timeout", sentence: "no answer" } as const;
    const script = [large, away, large, away, away];
    const changes = new Changes();
    const trouble = watchRedisTrouble(
      async () => script[Math.min(diagnoses++, script.length - 1)]!,
      { log: LOG, changes },
      stop.signal,
      { diagnoseEveryMs: 20, forgetAfterMs: 60_000 },
    );
    const said: (string | undefined)[] = [];
    trouble.failed(new Error("Command timed out"));
    changes.listen(() => said.push(trouble.trouble()?.kind));
    await vi.waitFor(() => expect(diagnoses).toBeGreaterThan(6));
    expect(said).toEqual(["loses_large", "away"]);
  });

  it("is diagnosed once at a time, however often commands fail", async () => {
    const trouble = watch();
    process.kill(redis.server.pid!, "SIGSTOP");
    try {
      for (let n = 0; n < 50; n += 1) trouble.failed(new Error("Command timed out"), "lease");
      await sleep(1_500);
      expect(diagnoses).toBe(1);
    } finally {
      process.kill(redis.server.pid!, "SIGCONT");
    }
  });
});

it("a Redis that is paused is away within 15 s, and not back before it answers", async () => {
  const trouble = watch();
  const health = watchRedisHealth(commands);
  const lease = holdLease(commands, NAMES, "a", LOG, stop.signal, { trouble });
  await lease.hold();
  const pausedAt = Date.now();
  process.kill(redis.server.pid!, "SIGSTOP");
  try {
    await vi.waitFor(() => expect(health.awaySince).not.toBeNull(), 20_000);
    expect(Date.now() - pausedAt).toBeLessThan(15_000);
    await vi.waitFor(() => expect(trouble.trouble()).toMatchObject({ code: "timeout" }), 10_000);
    expect(trouble.trouble()?.kind).toBe("away");
    // The kernel still accepts connections for the paused process.
    await sleep(4_000);
    expect(health.awaySince).not.toBeNull();
    expect(lease.holding).toBe("redis_away");
  } finally {
    process.kill(redis.server.pid!, "SIGCONT");
  }
  await vi.waitFor(() => expect(health.awaySince).toBeNull(), 20_000);
  await vi.waitFor(() => expect(trouble.trouble()).toBeNull(), 10_000);
  await vi.waitFor(() => expect(lease.holding).toBe("held"), 10_000);
}, 60_000);
