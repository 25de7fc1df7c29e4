import type { Log } from "@netchecker/runtime/log";
import type { Redis } from "@netchecker/runtime/redis";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { compress, textOf } from "../src/adapters/compressed.ts";
import { emptyMemory } from "@netchecker/conclude";
import { RoundKeeper } from "../src/keep-rounds.ts";
import { type ARedis, aRedis, LOG, NAMES } from "./support/a-redis.ts";
import { aClosedRound, aView, OK, TIMEOUT } from "@netchecker/round/testing/a-round";
import { type AStore, aPublisher, aStore } from "./support/a-store.ts";

let server: ARedis;
let redis: Redis;
let warn: ReturnType<typeof vi.fn>;
let store: AStore;

beforeAll(async () => {
  server = await aRedis();
  redis = await server.connect();
});
afterAll(() => server.stop());

const aRound = (id: number) =>
  aClosedRound(aView(3), {
    run: { id },
    finds: (target) => (target.name === "pong-2" ? TIMEOUT : OK),
  });

/** Four rounds. The newest has all outcomes, and the tests damage the third. */
beforeEach(async () => {
  await redis.flushall();
  warn = vi.fn();
  store = await aStore(redis, { fullRounds: 2, rounds: 9 }, { log: { warn } as unknown as Log });
  for (const id of [1, 2, 3, 4]) await store.save(aRound(id), emptyMemory());
});

const PLAIN = ["head", "entry"] as const;
const COMPRESSED = ["plan", "findings", "failures", "nodes", "extras"] as const;
const half = <T extends { readonly length: number; slice(from: number, to: number): T }>(all: T) =>
  all.slice(0, Math.floor(all.length / 2));

const TEXTS: [string, (text: string) => string][] = [
  ["null", () => "null"],
  ["{}", () => "{}"],
  ["a list of null", () => "[null]"],
  ["not JSON", () => "not JSON"],
  ["empty", () => ""],
  ["cut in half", half],
];

/** Damages a field of round 3. If the field is compressed, its content is damaged before that. */
async function damage(field: string, how: (text: string) => string): Promise<void> {
  const key = NAMES.round(3);
  if (PLAIN.some((plain) => plain === field))
    return void (await redis.hset(key, field, how((await redis.hget(key, field))!)));
  const text = await textOf((await redis.hgetBuffer(key, field))!);
  await redis.hset(key, field, await compress(how(text)));
}

const ids = {
  heads: async () => (await store.heads(99)).map(({ head }) => head.id),
  timeline: async () => (await store.timeline(99)).map(({ id }) => id),
  findings: async () => (await Array.fromAsync(store.findings(99))).map(({ head }) => head.id),
  nodeHistory: async () => (await store.nodeHistory("node-2")).map(({ id }) => id),
};

/** Which rounds each listing has. Also reads round 3 by itself, which must not throw. */
async function everyListing() {
  const listed = Object.fromEntries(
    await Promise.all(Object.entries(ids).map(async ([what, read]) => [what, await read()])),
  ) as Record<keyof typeof ids, number[]>;
  await store.head(3);
  await store.findingsOf(3);
  await store.round(3);
  expect((await store.round(4))!.head.id).toBe(4);
  return listed;
}

/** For each field, the listings that lack the round if the field cannot be read. */
const LACKING: Record<string, (keyof typeof ids)[]> = {
  head: ["heads", "findings"],
  entry: ["timeline"],
  findings: ["findings"],
  nodes: ["nodeHistory"],
  plan: [],
  failures: [],
  extras: [],
};

describe("a round that cannot be read", () => {
  it.each(
    [...PLAIN, ...COMPRESSED].flatMap((field) => TEXTS.map(([name]) => [field, name] as const)),
  )("with %s that is %s costs no other round", async (field, name) => {
    await damage(field, new Map(TEXTS).get(name)!);
    const listed = await everyListing();
    for (const listing of Object.keys(ids) as (keyof typeof ids)[]) {
      const lacks = LACKING[field]!.includes(listing);
      expect([listing, listed[listing]]).toEqual([listing, lacks ? [4, 2, 1] : [4, 3, 2, 1]]);
    }
    // A round with all outcomes does not need its failures. Damaged node lines affect only the nodes' history.
    const needed = field !== "failures" && field !== "nodes";
    expect(store.unreadable()).toEqual({ newer: 0, damaged: Number(needed) });
    expect(warn.mock.calls.length).toBe(store.unreadable().damaged);
    await store.save(aRound(5), emptyMemory());
    expect((await store.lastClosed())!.head.id).toBe(5);
  });

  it.each([...COMPRESSED, "columns"])(
    "with %s whose bytes are cut or foreign affects no other round",
    async (field) => {
      const key = NAMES.round(3);
      const whole = (await redis.hgetBuffer(key, field))!;
      for (const bytes of [half(whole), Buffer.from("null"), Buffer.alloc(0)]) {
        await redis.hset(key, field, bytes);
        const listed = await everyListing();
        for (const listing of Object.keys(ids) as (keyof typeof ids)[])
          expect(listed[listing]).toEqual(expect.arrayContaining([4, 2, 1]));
      }
    },
  );

  it.each(["a string", "a list", "gone"])(
    "whose key is %s affects no other round",
    async (what) => {
      await redis.del(NAMES.round(3));
      if (what === "a string") await redis.set(NAMES.round(3), "null");
      if (what === "a list") await redis.rpush(NAMES.round(3), "null");
      for (const listed of Object.values(await everyListing())) expect(listed).toEqual([4, 2, 1]);
      expect(store.unreadable()).toEqual({ newer: 0, damaged: what === "gone" ? 0 : 1 });
    },
  );

  it("is not taken for the other round whose id is in its head or entry", async () => {
    for (const field of PLAIN)
      await redis.hset(NAMES.round(3), field, (await redis.hget(NAMES.round(2), field))!);
    const { heads, timeline, findings } = await everyListing();
    expect([heads, timeline, findings]).toEqual([
      [4, 2, 1],
      [4, 2, 1],
      [4, 2, 1],
    ]);
  });

  it("is replaced by an older one, so that a page of rounds is full", async () => {
    await damage("head", half);
    expect((await store.heads(2)).map(({ head }) => head.id)).toEqual([4, 2]);
    expect((await store.heads(2, 4)).map(({ head }) => head.id)).toEqual([2, 1]);
  });

  it("does not hide the last readable one", async () => {
    await redis.hset(NAMES.round(4), "plan", await compress("null"));
    expect((await store.lastClosed())!.head.id).toBe(3);
    await redis.hset(NAMES.round(3), "head", "");
    expect((await store.lastClosed())!.head.id).toBe(2);
    const keeper = new RoundKeeper(store, LOG);
    await keeper.restore();
    expect([keeper.restored, keeper.latest?.head.id]).toEqual([true, 2]);
  });
});

describe("a record of a newer version", () => {
  it("is skipped everywhere, counted once per round, and logged once", async () => {
    await redis.hset(NAMES.round(3), "v", 3);
    await redis.hset(NAMES.round(4), "v", 3);
    for (const read of Object.values(ids)) expect(await read()).toEqual([2, 1]);
    expect([await store.head(4), await store.round(4), await store.findingsOf(4)]).toEqual([
      null,
      null,
      [],
    ]);
    expect((await store.lastClosed())!.head.id).toBe(2);
    expect(store.unreadable()).toEqual({ newer: 2, damaged: 0 });
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]![1]).toBe(
      "skips stored records of a newer netchecker; they come back with an upgrade",
    );
  });

  it("has a number as its version; any other version counts as damage", async () => {
    await redis.hset(NAMES.round(3), "v", "two");
    expect(await ids.heads()).toEqual([4, 2, 1]);
    expect(store.unreadable()).toEqual({ newer: 0, damaged: 1 });
  });

  it("leaves the memory of findings empty, and is logged", async () => {
    await redis.set(NAMES.findings, JSON.stringify({ ...emptyMemory(), v: 3 }));
    expect(await store.memory()).toBeNull();
    expect(store.unreadable()).toEqual({ newer: 1, damaged: 0 });
    expect(warn).toHaveBeenCalledTimes(1);
  });
});

describe("an unreadable record beside the rounds", () => {
  it.each(["null", "{}", "not JSON", '{"v":2,'])(
    "counts as missing if it is a memory of %j",
    async (text) => {
      await redis.set(NAMES.findings, text);
      expect(await store.memory()).toBeNull();
      expect(store.unreadable()).toEqual({ newer: 0, damaged: 1 });
    },
  );

  it.each(["null", "{}", "not JSON", '{"id":'])(
    "counts as missing if it is an open round of %j, and does not prevent storing rounds",
    async (text) => {
      await redis.set(NAMES.openRound, text);
      expect(await store.openRound()).toBeNull();
      await store.save(aRound(5), emptyMemory());
      expect((await store.lastClosed())!.head.id).toBe(5);
      await (await aPublisher(redis)).publish({ id: 6, startedAt: 1_000 }, [], 1_000);
      expect(await store.openRound()).toEqual({ id: 6, startedAt: 1_000 });
    },
  );

  it("does not include errors of a Redis that is away; these are thrown", async () => {
    const gone = await aRedis();
    const commands = await gone.connect();
    const away = await aStore(commands, { fullRounds: 2, rounds: 9 });
    await gone.server.kill();
    commands.disconnect();
    for (const read of [away.heads(9), away.timeline(9), away.round(1), away.memory()])
      await expect(read).rejects.toThrow();
    expect(away.unreadable()).toEqual({ newer: 0, damaged: 0 });
    await gone.stop();
  });
});
