import { setTimeout as sleep } from "node:timers/promises";
import { redisNames } from "@netchecker/contract";
import { TcpProxy } from "@netchecker/testbed/sockets/tcp-proxy";
import { connectRedisPair, type Redis } from "@netchecker/runtime/redis";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type ARedis, aRedis, LOG } from "./support/a-redis.ts";
import { decodeHead } from "../src/core/round-record.ts";
import { aRunner } from "./support/a-runner.ts";

/** `TAKEOVER_SEQUENCES=200` runs more sequences; up to 255 are possible. */
const SEQUENCES = Number(process.env["TAKEOVER_SEQUENCES"] ?? 6);
const AT_ONCE = 6;
const STEPS = 12;
/** Scaled down: an interval of a minute becomes 0.2 s. */
const TIMES = { intervalMs: 200, timeoutMs: 80, leaseMs: 600 };

let redis: ARedis;
beforeAll(async () => {
  redis = await aRedis();
});
afterAll(() => redis.stop());

/** mulberry32: the same seed gives the same sequence. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * A netchecker with its own proxy to Redis. The proxy can be cut, and it can drop everything without closing the
 * connections. It has its own address, because on 127.0.0.1 another connection could take its port while it is cut.
 */
async function aNetchecker(owner: string, host: string, prefix: string) {
  let silent = false;
  const way = new TcpProxy({ host, port: 0 }, () => (silent ? null : redis.server.address));
  await way.open();
  let life: { stop(orderly: boolean): Promise<void> } | null = null;
  const start = () => {
    if (life) return;
    const pair = connectRedisPair({ host: way.address }, { service: owner, log: LOG });
    const history = { fullRounds: 20, rounds: 500 };
    const runner = aRunner(pair, { owner, prefix, history, ...TIMES });
    life = {
      async stop(orderly) {
        // A killed process sends nothing more.
        if (!orderly) for (const each of Object.values(pair)) each.disconnect();
        await runner.stop();
        for (const each of Object.values(pair)) each.disconnect();
      },
    };
  };
  const stop = async (orderly: boolean) => {
    await life?.stop(orderly);
    life = null;
  };
  const heal = async () => {
    silent = false;
    await way.open();
  };
  return {
    start,
    heal,
    stop,
    cut: () => way.close(),
    async fallSilent() {
      await way.close();
      silent = true;
      await way.open();
    },
    async end() {
      await stop(false);
      await way.close();
    },
  };
}

type ANetchecker = Awaited<ReturnType<typeof aNetchecker>>;

const DEEDS: readonly ((one: ANetchecker) => Promise<void> | void)[] = [
  (one) => one.cut(),
  (one) => one.heal(),
  (one) => one.heal(),
  (one) => one.fallSilent(),
  (one) => one.start(),
  (one) => one.start(),
  (one) => one.stop(true),
  (one) => one.stop(false),
];

/** Checks the data in Redis again and again: closed rounds must not change, and ids must only grow. */
function watchHistory(asks: Redis, names: ReturnType<typeof redisNames>) {
  const closed = new Map<string, string>();
  const faults: string[] = [];
  let lastId = 0;
  const ended = new AbortController();
  const look = async () => {
    const id = Number((await asks.get(names.roundId)) ?? 0);
    if (id < lastId) faults.push(`the id fell from ${lastId} to ${id}`);
    lastId = id;
    for (const each of await asks.zrange(names.rounds, "0", "-1")) {
      if (Number(each) > id) faults.push(`round ${each} is above the last id, ${id}`);
      const text = await asks.hget(names.round(Number(each)), "head");
      // The round may have been pruned meanwhile.
      if (text === null) continue;
      const { head } = decodeHead(text);
      const before = closed.get(each);
      if (before !== undefined && before !== text)
        faults.push(`round ${each} was ${before}, and is ${text}`);
      if (head.state === "closed") closed.set(each, text);
    }
  };
  const done = (async () => {
    while (!ended.signal.aborted) {
      await look();
      await sleep(15);
    }
  })();
  return {
    closed,
    faults,
    async end() {
      ended.abort();
      await done;
    },
  };
}

async function play(seed: number): Promise<void> {
  const prefix = `takeover-${seed}:`;
  const names = redisNames(prefix);
  const draw = random(seed);
  const asks = await redis.connect();
  const both = await Promise.all(
    [1, 2].map((each) => aNetchecker(`${each}`, `127.0.${seed}.${each}`, prefix)),
  );
  const history = watchHistory(asks, names);
  try {
    for (const each of both) each.start();
    for (let step = 0; step < STEPS; step += 1) {
      await DEEDS[Math.floor(draw() * DEEDS.length)]!(both[Math.floor(draw() * both.length)]!);
      await sleep(draw() * 2 * TIMES.leaseMs);
    }
    const before = history.closed.size;
    for (const each of both) {
      await each.heal();
      each.start();
    }
    await vi.waitFor(() => expect(history.closed.size).toBeGreaterThan(before), 30_000);
    await history.end();
    expect([seed, history.faults]).toEqual([seed, []]);
  } finally {
    await history.end();
    await Promise.all(both.map((each) => each.end()));
  }
}

it("no closed round is replaced and ids only grow, after cuts, kills, silence, restarts and takeovers in any order", async () => {
  const seeds = Array.from({ length: SEQUENCES }, (_, index) => index + 1);
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) await play(seed);
    }),
  );
}, 1_200_000);
