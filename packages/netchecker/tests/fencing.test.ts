import type { Redis } from "@netchecker/runtime/redis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { holdLease } from "../src/adapters/hold-lease.ts";
import { createRoundPublisher } from "../src/adapters/publish-targets.ts";
import { createRoundStore } from "../src/adapters/store-rounds.ts";
import { emptyMemory } from "@netchecker/conclude";
import { roundWithoutResult } from "@netchecker/round/round-without-result";
import { type ARedis, aRedis, LOG, NAMES } from "./support/a-redis.ts";
import { aClosedRound, aView } from "@netchecker/round/testing/a-round";

let server: ARedis;
let redis: Redis;
let stop: AbortController;

beforeAll(async () => {
  server = await aRedis();
  redis = await server.connect();
});
beforeEach(async () => {
  await redis.flushall();
  stop = new AbortController();
});
// A lease renews itself, and would disturb the next test.
afterEach(() => stop.abort());
afterAll(() => server.stop());

/** A netchecker process. It asks for the lease only when the test says so. */
function aProcess(owner: string) {
  const lease = holdLease(redis, NAMES, owner, LOG, stop.signal);
  return {
    lease,
    store: createRoundStore(redis, NAMES, lease, { fullRounds: 5, rounds: 9 }),
    publisher: createRoundPublisher(redis, NAMES, lease),
  };
}

type AProcess = ReturnType<typeof aProcess>;

const aRound = (id: number, startedAt = 1_000) =>
  aClosedRound(aView(2), { run: { id, startedAt, finishedAt: startedAt + 1 } });
const aHead = (id: number) =>
  roundWithoutResult({ id, startedAt: 1_000, finishedAt: 2_000 }, "failed", "it failed");

/** Every write of netchecker, by name. */
const WRITES: Record<string, (process: AProcess) => Promise<unknown>> = {
  "an id": ({ publisher }) => publisher.nextId(0),
  lists: ({ publisher }) => publisher.publish({ id: 9, startedAt: 1 }, [], 1_000),
  "a round that was measured": ({ store }) => store.saveMeasured(aRound(9)),
  "a closed round": ({ store }) => store.save(aRound(9), emptyMemory()),
  "a round without a result": ({ store }) => store.saveHead(aHead(9)),
  "what is remembered": ({ store }) => store.saveMemory(emptyMemory()),
  "a pruning": ({ store }) => store.prune(),
  "a mending": ({ store }) => store.mend(0),
  "that concluding begins": ({ store }) => store.beginConcluding(1),
};

/** Everything in Redis except the lease itself. */
async function everything(): Promise<unknown> {
  const keys = (await redis.keys("*")).filter((key) => !key.includes("lease")).sort();
  return Promise.all(keys.map(async (key) => [key, await redis.dump(key)]));
}

describe("a netchecker without the lease", () => {
  const LOST: Record<string, (was: AProcess) => Promise<void>> = {
    "never held it": async (was) => {
      await aProcess("other").lease.hold();
      await was.lease.hold();
    },
    "was stopped, another took over and holds it": async (was) => {
      await was.lease.hold();
      await redis.del(NAMES.lease, NAMES.leaseHolder);
      await aProcess("other").lease.hold();
    },
    "was stopped, another took over and gave it back": async (was) => {
      await was.lease.hold();
      await redis.del(NAMES.lease, NAMES.leaseHolder);
      const other = aProcess("other");
      await other.lease.hold();
      await other.lease.release();
    },
    "was followed by a container of the same pod": async (was) => {
      await was.lease.hold();
      await aProcess("one").lease.hold();
    },
    "was followed by one of the same pod, which has held it twice": async (was) => {
      await was.lease.hold();
      const next = aProcess("one");
      await next.lease.hold();
      await next.lease.hold();
      expect(await was.lease.hold()).toBe("other");
    },
    "has given it up": async (was) => {
      await was.lease.hold();
      await was.lease.release();
    },
  };

  it.each(Object.keys(LOST).flatMap((how) => Object.keys(WRITES).map((what) => [how, what])))(
    "(%s) writes nothing: %s",
    async (how, what) => {
      const was = aProcess("one");
      await redis.rpush(NAMES.fullRounds, "a list");
      await LOST[how]!(was);
      const before = await everything();
      await expect(WRITES[what]!(was)).rejects.toMatchObject({ name: "LeaseLostError" });
      expect(await everything()).toEqual(before);
    },
  );

  it("writes again in a term of its own", async () => {
    const was = aProcess("one");
    await was.lease.hold();
    const first = was.lease.fence!.token;
    await redis.del(NAMES.lease, NAMES.leaseHolder);
    await expect(was.publisher.nextId(0)).rejects.toMatchObject({ name: "LeaseLostError" });
    await was.lease.hold();
    expect(was.lease.fence!.token).not.toBe(first);
    expect(await was.publisher.nextId(0)).toBe(1);
  });
});

describe("a lease", () => {
  it.each([
    ["no text", () => redis.rpush(NAMES.lease, "x")],
    ["another's without an end", () => redis.set(NAMES.lease, "x".repeat(10_000))],
    ["what is told of it is no text", () => redis.rpush(NAMES.leaseHolder, "x")],
    ["null", () => redis.set(NAMES.lease, "null")],
  ])("that is damaged (%s) is taken", async (_what, damage) => {
    await damage();
    const { lease, publisher } = aProcess("one");
    expect(await lease.hold()).toBe("held");
    expect(await publisher.nextId(0)).toBe(1);
  });
});

describe("a finished round", () => {
  it("is never replaced, whoever holds the lease", async () => {
    const { lease, store } = aProcess("one");
    await lease.hold();
    expect(await store.save(aRound(1), emptyMemory())).toBe("stored");
    expect(await store.saveHead(aHead(2))).toBe("stored");
    const before = await redis.hgetallBuffer(NAMES.round(1));
    expect(await store.save(aRound(1, 5_000), emptyMemory())).toBe("taken");
    expect(await store.saveMeasured(aRound(1, 5_000))).toBe("taken");
    expect(await store.saveHead(aHead(1))).toBe("taken");
    expect(await store.save(aRound(2), emptyMemory())).toBe("taken");
    expect(await redis.hgetallBuffer(NAMES.round(1))).toEqual(before);
  });

  it("is stored as measured first, when it is neither the last round nor on the timeline, and closed after that", async () => {
    const { lease, store } = aProcess("one");
    await lease.hold();
    await store.save(aRound(1), emptyMemory());
    expect(await store.saveMeasured(aRound(2, 2_000))).toBe("stored");
    expect((await store.lastClosed())!.head.id).toBe(1);
    expect((await store.timeline(9)).map(({ id }) => id)).toEqual([1]);
    expect(await store.round(2)).toBeNull();
    expect((await store.heads(9)).map(({ head }) => head.state)).toEqual(["measured", "closed"]);
    const [left] = await store.measured();
    expect(left).toMatchObject({ begun: 1, round: { head: { id: 2, state: "measured" } } });
    await store.beginConcluding(2);
    expect((await store.measured())[0]!.begun).toBe(2);
    expect(await store.save(aRound(2, 2_000), emptyMemory())).toBe("stored");
    expect((await store.lastClosed())!.head).toMatchObject({ id: 2, state: "closed" });
    expect(await store.measured()).toEqual([]);
  });
});

describe("requested rounds", () => {
  it("are kept in addition to the scheduled ones, the last 20 of them, and push none of these out", async () => {
    const { lease, store } = aProcess("one");
    await lease.hold();
    for (let id = 1; id <= 9; id += 1) await store.save(aRound(id), null);
    for (let id = 10; id <= 40; id += 1) {
      const round = aRound(id);
      await store.save({ ...round, head: { ...round.head, requested: true } }, null);
    }
    const kept = async () => (await store.heads(99)).map(({ head }) => head.id);
    const requested = Array.from({ length: 20 }, (_, at) => 40 - at);
    expect(await kept()).toEqual([...requested, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    const whole = (await store.heads(99)).filter(({ head }) => head.kept === "all");
    expect(whole.map(({ head }) => head.id)).toEqual([40, 39, 38, 37, 36, 9, 8, 7, 6, 5]);
    await store.save(aRound(41), null);
    expect(await kept()).toEqual([41, ...requested, 9, 8, 7, 6, 5, 4, 3, 2]);
  });
});

describe("a full Redis", () => {
  it("still allows pruning, new ids and new lists, and refuses new rounds", async () => {
    const { lease, store, publisher } = aProcess("one");
    await lease.hold();
    for (let id = 1; id <= 9; id += 1) await store.save(aRound(id), null);
    await redis.config("SET", "maxmemory", "1");
    try {
      expect(await lease.hold()).toBe("held");
      const less = createRoundStore(redis, NAMES, lease, { fullRounds: 1, rounds: 2 });
      await expect(less.save(aRound(10), null)).rejects.toThrow("OOM");
      expect((await less.heads(99)).map(({ head }) => head.id)).toEqual([9, 8]);
      expect(await publisher.nextId(9)).toBe(10);
      await publisher.publish({ id: 10, startedAt: 1_000 }, [], 1_000);
      expect(await store.openRound()).toEqual({ id: 10, startedAt: 1_000 });
    } finally {
      await redis.config("SET", "maxmemory", "0");
    }
  });
});

describe("an id in Redis", () => {
  it.each(["1e300", "-7", "1.5", "NaN", "inf", "seven", "", "null", "9".repeat(100)])(
    "that is %j is replaced by one above the ids of the kept rounds",
    async (bad) => {
      const { lease, store, publisher } = aProcess("one");
      await lease.hold();
      await store.save(aRound(41), null);
      await redis.set(NAMES.roundId, bad);
      expect(await publisher.nextId(0)).toBe(42);
      expect(await publisher.nextId(0)).toBe(43);
    },
  );
});
