import { setTimeout as sleep } from "node:timers/promises";
import { type RoundHead, TARGET_TYPES } from "@netchecker/contract";
import { connectRedisPair } from "@netchecker/runtime/redis";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { NodePasts } from "@netchecker/round/node-past";
import type { RoundsTally } from "../src/core/metrics/rounds-tally.ts";
import { CannotOpenRoundError } from "../src/run-one-round.ts";
import { type ARedis, aRedis, LOG, NAMES } from "./support/a-redis.ts";
import { aRunner, type RunnerOptions } from "./support/a-runner.ts";
import { aPublisher, aStore } from "./support/a-store.ts";
import { aClosedRound, aView } from "@netchecker/round/testing/a-round";
import { reportOf, type SimulatedAgent, simulateAgents } from "./support/a-simulated-agent.ts";

const AGENTS: SimulatedAgent[] = [1, 2].map((n) => ({ pod: `ping-${n}`, node: `node-${n}` }));
const [FIRST, SECOND] = AGENTS as [SimulatedAgent, SimulatedAgent];

let redis: ARedis;
let stops: (() => Promise<void>)[];

beforeEach(async () => {
  redis = await aRedis();
  stops = [];
});
afterEach(async () => {
  await Promise.all(stops.map((stop) => stop()));
  await redis.stop();
});

async function startRunner({ owner = "netchecker-1", ...options }: Partial<RunnerOptions> = {}) {
  const pair = { commands: await redis.connect(), subscriber: await redis.connect("subscriber") };
  const runner = aRunner(pair, { owner, ...options });
  stops.push(runner.stop);
  await runner.keeper.restore();
  return runner;
}

/** The counts of a tally by its first label, without zeros. */
function counts({ families }: RoundsTally, name: string): Record<string, number> {
  const { samples } = families.find((family) => family.name === name)!;
  const counted = samples.filter(({ value }) => value > 0);
  return Object.fromEntries(counted.map(({ labels, value }) => [Object.values(labels)[0], value]));
}

const simulate = async (agents: readonly SimulatedAgent[]) =>
  simulateAgents(await redis.connect("subscriber"), await redis.connect(), () => agents);

describe("rounds", () => {
  it("wait for the connection at a start, and do not call that trouble with Redis", async () => {
    await simulate(AGENTS);
    const pair = connectRedisPair(redis.address, { service: "test", log: LOG });
    expect(pair.commands.status).not.toBe("ready");
    const failed = vi.fn<(error: unknown) => void>();
    const runner = aRunner(pair, { owner: "netchecker-1", failed });
    stops.push(runner.stop, async () => {
      for (const each of Object.values(pair)) each.disconnect();
    });
    await vi.waitFor(() => expect(runner.keeper.latest).not.toBeNull(), { timeout: 5_000 });
    expect(failed).not.toHaveBeenCalled();
  });

  it("close by reports as soon as every agent has reported every type, and are stored", async () => {
    await simulate(AGENTS);
    const { keeper, store } = await startRunner({ timeoutMs: 20_000 });
    await vi.waitFor(() => expect(keeper.latest?.head.stored).toBe(true));
    expect(keeper.latest?.head).toMatchObject({
      id: 1,
      closedBy: "reports",
      reported: 2,
      missing: [],
    });
    expect(keeper.latest?.head.durationMs).toBeLessThan(5_000);
    expect((await store.lastClosed())?.summary).toEqual(keeper.latest?.summary);
    expect(await store.openRound()).toBeNull();
  });

  it("close by the timer even if no message arrives at all", async () => {
    const { keeper } = await startRunner({ timeoutMs: 500 });
    await vi.waitFor(() => expect(keeper.latest).not.toBeNull());
    expect(keeper.latest?.head).toMatchObject({ closedBy: "timer", reported: 0 });
    expect(keeper.latest?.head.missing.map(({ why }) => why)).toEqual(["silent", "silent"]);
    expect(keeper.latest?.summary.pod).toMatchObject({ total: 4, ok: 0, failed: 0, unknown: 4 });
  });

  it("store their lists under keys that expire at the deadline", async () => {
    const commands = await redis.connect();
    await startRunner({ timeoutMs: 1_000 });
    await vi.waitFor(async () => expect(await commands.exists(NAMES.listKeys.pod)).toBe(1));
    for (const type of TARGET_TYPES) {
      const left = await commands.pttl(NAMES.listKeys[type]);
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(800);
    }
  });

  it("count a late, a repeated, an unknown and a broken message, and accept none of them", async () => {
    const { lists } = await simulate([FIRST]);
    const agent = await redis.connect();
    const { tally, keeper } = await startRunner({ timeoutMs: 1_500 });
    await vi.waitFor(() => expect(lists).toHaveLength(4));
    const list = lists.find(({ type }) => type === "pod")!;
    const say = (report: unknown) =>
      agent.publish(
        NAMES.reports.pod,
        typeof report === "string" ? report : JSON.stringify(report),
      );
    const good = reportOf(list, SECOND)!;
    await say({ ...good, round: list.round - 1 || 1, list: "of-the-round-before" });
    await say(reportOf(list, FIRST));
    await say({ ...good, agent: { pod: "ping-9", node: "node-9", ip: "10.1.0.9" } });
    await say({ ...good, v: 2 });
    await say(JSON.stringify(good).slice(0, 100));
    await say(`"${"x".repeat(5 * 1024 * 1024)}"`);
    await say({ ...good, reasons: `${good.reasons}a` });
    await vi.waitFor(() => expect(keeper.latest).not.toBeNull(), { timeout: 5_000 });
    expect(keeper.latest?.head).toMatchObject({
      closedBy: "timer",
      reported: 1,
      missing: [{ node: "node-2", why: "silent" }],
      dropped: { late: 1, repeated: 1, unknownAgent: 1, invalid: 4 },
    });
    expect(counts(tally, "netchecker_reports_dropped_total")).toEqual({
      late: 1,
      repeated: 1,
      unknown_agent: 1,
      wrong_version: 1,
      not_json: 1,
      too_large: 1,
      wrong_shape: 1,
    });
    expect(keeper.latest?.summary.pod).toMatchObject({ total: 4, ok: 2, unknown: 2 });
  });

  it("do not accept a report that answers the round before", async () => {
    const { lists } = await simulate([FIRST]);
    const agent = await redis.connect();
    const { keeper } = await startRunner({ intervalMs: 1_200, timeoutMs: 600 });
    await vi.waitFor(() => expect(keeper.latest?.head.id).toBe(1));
    await vi.waitFor(() => expect(lists.some(({ round }) => round === 2)).toBe(true));
    for (const list of lists.filter(({ round }) => round === 1))
      await agent.publish(NAMES.reports[list.type], JSON.stringify(reportOf(list, SECOND)));
    await vi.waitFor(() => expect(keeper.latest?.head.id).toBe(2));
    expect(keeper.latest?.head).toMatchObject({ reported: 1, dropped: { late: 4 } });
    expect(keeper.latest?.summary.pod.unknown).toBe(2);
  });

  it("are open one at a time, however often a client requests one", async () => {
    const { lists } = await simulate([]);
    const { runner, keeper } = await startRunner({ timeoutMs: 500 });
    await vi.waitFor(() => expect(keeper.latest?.head.id).toBe(1));
    await vi.waitFor(async () => {
      const asked = await Promise.allSettled(Array.from({ length: 20 }, () => runner.trigger()));
      const refused = asked.filter(({ status }) => status === "rejected");
      for (const { reason } of refused as PromiseRejectedResult[])
        expect(reason).toMatchObject({ name: "CannotOpenRoundError", code: "round_open" });
      expect(refused).toHaveLength(19);
    });
    await vi.waitFor(() => expect(keeper.latest?.head.id).toBe(2));
    expect(lists).toHaveLength(8);
    await vi.waitFor(() => expect(runner.trigger()).resolves.toMatchObject({ id: 3 }));
  });

  it("are recorded as failed, with the reason, while Redis is away, and succeed again when it is back", async () => {
    await simulate(AGENTS);
    const { keeper, runner } = await startRunner({ intervalMs: 700, timeoutMs: 500 });
    await vi.waitFor(() => expect(keeper.latest?.head.stored).toBe(true));
    await redis.server.kill();
    await vi.waitFor(async () => {
      const [newest] = await keeper.heads(1);
      expect(newest?.head).toMatchObject({ state: "failed", stored: false });
      expect(newest?.head.failure).toMatch(/^could not be published: /);
    });
    await expect(runner.trigger()).rejects.toBeInstanceOf(CannotOpenRoundError);
    const served = keeper.latest!.head.id;
    await redis.server.start();
    await vi.waitFor(() => expect(keeper.latest?.head.id).toBeGreaterThan(served), {
      timeout: 10_000,
    });
    await vi.waitFor(
      () => expect(keeper.latest?.head).toMatchObject({ reported: 2, stored: true }),
      {
        timeout: 10_000,
      },
    );
    const ids = (await keeper.heads(50)).map(({ head }) => head.id);
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => b - a));
    await vi.waitFor(async () =>
      expect(
        (await keeper.heads(50)).filter(({ head }) => head.state === "failed" && head.stored),
      ).not.toEqual([]),
    );
  });

  it("run and are served while Redis is full, and are stored when there is room again", async () => {
    await simulate(AGENTS);
    const { keeper } = await startRunner({ intervalMs: 500, timeoutMs: 400 });
    await vi.waitFor(() => expect(keeper.latest?.head.stored).toBe(true));
    const asks = await redis.connect();
    await asks.config("SET", "maxmemory", "1");
    const full = keeper.lastId;
    await vi.waitFor(
      () => expect(keeper.latest?.head).toMatchObject({ id: full + 3, reported: 2, stored: false }),
      { timeout: 5_000, interval: 20 },
    );
    await asks.config("SET", "maxmemory", "0");
    await vi.waitFor(async () => {
      const kept = await keeper.heads(50);
      const ids = kept.map(({ head }) => head.id);
      expect(ids).toContain(full + 3);
      expect(kept.every(({ head }) => head.state === "closed" && head.stored)).toBe(true);
    }, 5_000);
  });

  it("say why they could not be published: with Redis' error, or with its known trouble if there is no connection", async () => {
    const { keeper, stop: end } = await startRunner({ intervalMs: 300, timeoutMs: 200 });
    const failures = async () =>
      new Set((await keeper.heads(50)).flatMap(({ head }) => head.failure ?? []));
    const asks = await redis.connect();
    await asks.config("SET", "min-replicas-to-write", "1");
    await vi.waitFor(async () =>
      expect([...(await failures())]).toContainEqual(
        expect.stringMatching(/^could not be published: Redis takes no data/),
      ),
    );
    await redis.server.kill();
    await vi.waitFor(async () =>
      expect(await failures()).toContain("could not be published: it has no room"),
    );
    await end();
  });

  it("blame Redis, not the agents, for reports that could not arrive", async () => {
    await simulate([FIRST]);
    const { keeper, runner } = await startRunner({ timeoutMs: 1_500 });
    await vi.waitFor(() => expect(runner.open).not.toBeNull());
    await sleep(200);
    await redis.server.kill();
    await vi.waitFor(() => expect(keeper.latest).not.toBeNull(), { timeout: 5_000 });
    expect(keeper.latest?.head).toMatchObject({
      closedBy: "timer",
      stored: false,
      missing: [{ node: "node-2", why: "redis_away" }],
    });
  });

  it("pass what the watch knows of nodes to the next netchecker", async () => {
    await simulate(AGENTS);
    const pasts: NodePasts = {
      "node-1": {
        uid: "uid-1",
        transitionAt: 2_000,
        createdAt: 1_000,
        readiness: { status: "Unknown", since: 2_000 },
        everReady: true,
        returns: [1_500],
        shutdownSince: 1_900,
      },
    };
    const one = await startRunner({ owner: "one", timeoutMs: 20_000, pasts });
    await vi.waitFor(() => expect(one.keeper.latest?.head.stored).toBe(true));
    expect(one.recalled).toEqual([{}]);
    // The watch saw this after the round was stored. It is stored at the end.
    pasts["node-2"] = { ...pasts["node-1"]!, uid: "uid-2" };
    await one.stop();
    const two = await startRunner({ owner: "two" });
    expect(two.recalled[0]).toEqual(pasts);
    expect(Object.keys(two.recalled[0]!)).toEqual(["node-1", "node-2"]);
    // It has taken over what there was, and runs its own rounds.
    await vi.waitFor(() => expect(two.keeper.latest?.head.id).toBe(2), { timeout: 5_000 });
    const times = two.recalled.length;
    await two.keeper.restore();
    expect(two.recalled).toHaveLength(times);
  });

  it("that were open when netchecker died are recorded as abandoned by the next one", async () => {
    const died = await redis.connect();
    const store = await aStore(died, { fullRounds: 5, rounds: 10 });
    const publisher = await aPublisher(died);
    await publisher.publish({ id: await publisher.nextId(0), startedAt: 1_000 }, [], 60_000);
    await simulate(AGENTS);
    const { keeper } = await startRunner();
    await vi.waitFor(() => expect(keeper.latest?.head).toMatchObject({ id: 2, stored: true }));
    expect(await store.head(1)).toMatchObject({
      head: { state: "abandoned", failure: "netchecker ended while the round was open" },
    });
  });

  it("that were measured when netchecker died are concluded by the next one; after two such deaths they are closed, not ok", async () => {
    const died = await redis.connect();
    const store = await aStore(died, { fullRounds: 5, rounds: 10 });
    for (const id of [1, 2]) {
      const run = { id, startedAt: id * 1_000, finishedAt: id * 1_000 + 1 };
      await store.saveMeasured(aClosedRound(aView(2), { run }));
    }
    await store.beginConcluding(1);
    await simulate(AGENTS);
    const { keeper } = await startRunner();
    await vi.waitFor(() => expect(keeper.latest?.head).toMatchObject({ id: 3, stored: true }));
    expect((await keeper.head(2))!.head).toMatchObject({
      state: "closed",
      failure: null,
      verdict: { verdict: "ok" },
    });
    expect((await keeper.head(1))!.head).toMatchObject({
      state: "closed",
      failure: expect.stringContaining("ended twice while it concluded it"),
      verdict: { verdict: "unmeasured", reason: "not_concluded" },
    });
  });

  it("that cannot be concluded are closed with what was measured, and never ok; the next round still runs", async () => {
    await simulate(AGENTS);
    const { keeper, runner, store } = await startRunner({ timeoutMs: 20_000 });
    await vi.waitFor(() => expect(keeper.latest?.head.stored).toBe(true));
    const good = keeper.memory;
    keeper.memory = {} as never;
    await runner.trigger();
    await vi.waitFor(() => expect(keeper.latest?.head).toMatchObject({ id: 2, stored: true }));
    expect(keeper.latest!.head).toMatchObject({
      state: "closed",
      verdict: { verdict: "unmeasured", reason: "not_concluded" },
    });
    expect((await store.round(2))!.summary.pod).toMatchObject({ total: 4, ok: 4 });
    keeper.memory = good;
    await vi.waitFor(() => runner.trigger());
    await vi.waitFor(() => expect(keeper.latest?.head).toMatchObject({ id: 3, stored: true }));
    expect(keeper.latest!.head.verdict).toMatchObject({ verdict: "ok" });
  });

  it("that are closed, but not stored yet, are not taken for rounds that were left open", async () => {
    const full = () => Promise.reject(new Error("OOM command not allowed"));
    const heads: RoundHead[] = [];
    const { keeper } = await startRunner({
      intervalMs: 1_000,
      timeoutMs: 500,
      store: {
        save: full,
        saveMeasured: full,
        saveHead: async (head) => {
          heads.push(head);
          return "stored";
        },
      },
    });
    await vi.waitFor(() => expect(keeper.latest?.head.id).toBe(1), { timeout: 8_000 });
    const asks = await redis.connect();
    expect(JSON.parse((await asks.get(NAMES.openRound))!)).toMatchObject({ id: 1 });
    // A new term begins, so it takes over again.
    await asks.del(NAMES.lease, NAMES.leaseHolder);
    await vi.waitFor(() => expect(keeper.latest?.head.id).toBe(3), { timeout: 8_000 });
    expect(heads).toEqual([]);
  });

  it("that are open when netchecker stops are recorded as abandoned", async () => {
    // Somebody receives the lists. Without that, netchecker would reconnect to Redis meanwhile.
    await simulate([]);
    const { runner, store, stop: end } = await startRunner({ timeoutMs: 30_000 });
    await vi.waitFor(() => expect(runner.open).not.toBeNull());
    await end();
    expect(await store.head(1)).toMatchObject({ head: { state: "abandoned" } });
    expect(await store.openRound()).toBeNull();
    expect(runner.open).toBeNull();
  });

  it("are opened by one of two netcheckers on the same Redis", async () => {
    const { lists } = await simulate(AGENTS);
    const one = await startRunner({ owner: "one", intervalMs: 1_000, timeoutMs: 500 });
    await vi.waitFor(() => expect(one.keeper.latest?.head).toMatchObject({ id: 1, stored: true }));
    const two = await startRunner({ owner: "two", intervalMs: 1_000, timeoutMs: 500 });
    await vi.waitFor(() =>
      expect(two.runner.trigger()).rejects.toMatchObject({ code: "standing_by" }),
    );
    await vi.waitFor(() => expect(one.keeper.latest?.head.id).toBe(3), { timeout: 5_000 });
    expect(new Set(lists.map(({ round, list }) => `${round} ${list}`)).size).toBe(
      new Set(lists.map(({ round }) => round)).size,
    );
    expect(two.keeper.latest?.head.id).toBeLessThan(3);
    // Reports are meant for the other netchecker, so this one does not count them.
    expect(counts(two.tally, "netchecker_reports_dropped_total")).toEqual({});
    expect(counts(one.tally, "netchecker_reports_total")).toEqual({
      pod: one.keeper.latest!.head.id * 2,
      node: one.keeper.latest!.head.id * 2,
      service: one.keeper.latest!.head.id * 2,
      external: one.keeper.latest!.head.id * 2,
    });
  });

  it("continue where another netchecker was, when its lease is over", async () => {
    await simulate(AGENTS);
    const one = await startRunner({ owner: "one" });
    await vi.waitFor(() => expect(one.keeper.latest?.head.stored).toBe(true), 10_000);
    const two = await startRunner({ owner: "two", intervalMs: 200, timeoutMs: 150 });
    const memory = vi.spyOn(two.store, "memory");
    const lastClosed = vi.spyOn(two.store, "lastClosed");
    await two.keeper.settled();
    memory.mockClear();
    lastClosed.mockClear();
    await one.runner.trigger();
    await vi.waitFor(() => expect(one.keeper.latest?.head).toMatchObject({ id: 2, stored: true }));
    await one.stop();
    await one.lease.release();
    await vi.waitFor(() => expect(two.keeper.latest?.head.id).toBeGreaterThan(2), 10_000);
    expect(memory).toHaveBeenCalledOnce();
    expect(await lastClosed.mock.results[0]!.value).toMatchObject({ head: { id: 2 } });
  });
});
