import {
  decodeReport,
  listLimits,
  redisNames,
  type Report,
  TARGET_TYPES,
  type TargetList,
  type TargetType,
} from "@netchecker/contract";
import { createLog, type Log } from "@netchecker/runtime/log";
import { connectRedis, type Redis } from "@netchecker/runtime/redis";
import { hash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { RoundAnswerer } from "../src/answer-rounds.ts";
import { readPingConfig } from "../src/config.ts";
import { AgentTally } from "../src/core/agent-tally.ts";
import { createAgent } from "../src/create-agent.ts";
import type { ProbeTargets } from "../src/ports.ts";
import { TestRedis } from "./redis.ts";

const names = redisNames("test:");
const silent = createLog("test", "silent");
const agent = { pod: "ping-a", node: "node-1", ip: "10.0.0.9" };

function listOf(type: TargetType, round: number, overrides: Partial<TargetList> = {}): TargetList {
  const check = ({ pod: "echo", node: "tcp", service: "dns", external: "connect" } as const)[type];
  return {
    v: 1,
    type,
    round,
    list: `list-${round}`,
    reportWithinMs: 5_000,
    check: [check],
    name: ["a"],
    node: [null],
    address: ["10.0.0.1:1"],
    ...overrides,
  };
}

/** Probes nothing, and every target is ok. */
const allFine: ProbeTargets = (list) =>
  Promise.resolve({
    outcomes: list.check.map(() => ({ reason: "ok", latencyMs: 1, attempts: 1 })),
    prober: { loopDelayP99Ms: 0, throttledMs: null, starved: false },
  });

/** Probes until it is told to end. Targets that it did not reach are not_probed. */
const neverDone: ProbeTargets = async (list, signal) => {
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  return {
    outcomes: list.check.map(() => ({ reason: "not_probed", latencyMs: null, attempts: 0 })),
    prober: { loopDelayP99Ms: 0, throttledMs: null, starved: false },
  };
};

function client(redis: TestRedis, role: "commands" | "subscriber", service = "test"): Redis {
  const connection = connectRedis({ host: redis.address }, { service, role, log: silent });
  onTestFinished(() => connection.disconnect());
  return connection;
}

function startAgent(redis: TestRedis, probe: ProbeTargets = allFine, log: Log = silent) {
  const pair = {
    commands: client(redis, "commands", "ping"),
    subscriber: client(redis, "subscriber", "ping"),
  };
  const config = readPingConfig({
    REDIS_PREFIX: "test:",
    POD_NAME: agent.pod,
    NODE_NAME: agent.node,
    POD_IP: agent.ip,
  });
  const started = createAgent(config, { redis: pair, log, probe });
  onTestFinished(() => started.stop());
  return started;
}

/** The counts of a tally by their labels, without zeros. */
function counted({ families }: AgentTally, name: string): Record<string, number> {
  const { samples } = families.find((family) => family.name === name)!;
  return Object.fromEntries(
    samples
      .filter(({ value }) => value > 0)
      .map(({ labels, value }) => [Object.values(labels).join(" "), value]),
  );
}

/** netchecker's side: publishes lists and collects the reports. */
async function startCollector(redis: TestRedis) {
  const commands = client(redis, "commands");
  await vi.waitFor(() => expect(commands.status).toBe("ready"), 5_000);
  const reports: Report[] = [];
  const listen = async () => {
    const subscriber = client(redis, "subscriber");
    await vi.waitFor(() => expect(subscriber.status).toBe("ready"), 5_000);
    subscriber.on("message", (channel, text) => {
      const type = TARGET_TYPES.find((candidate) => names.reports[candidate] === channel)!;
      const decoded = decodeReport(type, text);
      if (decoded.ok) reports.push(decoded.value);
    });
    await subscriber.subscribe(...Object.values(names.reports));
  };
  /** Publishes a list once an agent listens, and stores it under its key as netchecker does. */
  const publish = async (type: TargetType, text: string) => {
    await vi.waitFor(async () => {
      const [, listeners] = (await commands.pubsub("NUMSUB", names.lists[type])) as [
        string,
        number,
      ];
      expect(Number(listeners)).toBeGreaterThan(0);
    }, 5_000);
    const step = commands.multi().set(names.listKeys[type], text, "PX", 5_000);
    await step.publish(names.lists[type], text).exec();
  };
  const reported = (count: number) =>
    vi.waitFor(() => expect(reports.length).toBeGreaterThanOrEqual(count), 10_000);
  return { commands, reports, listen, publish, reported };
}

describe("an agent", () => {
  test("answers a list of each type with one report on the channel of that type", async () => {
    const redis = await TestRedis.start();
    const { reports, listen, publish, reported } = await startCollector(redis);
    await listen();
    startAgent(redis);
    for (const type of TARGET_TYPES) await publish(type, JSON.stringify(listOf(type, 3)));
    await reported(4);
    await sleep(100);
    expect(reports.map(({ type }) => type).toSorted()).toEqual([...TARGET_TYPES].toSorted());
    for (const report of reports)
      expect(report).toMatchObject({ round: 3, list: "list-3", agent, reasons: "a" });
  });

  test("answers a list once, even if it comes several times", async () => {
    const redis = await TestRedis.start();
    const { commands, reports, listen, publish, reported } = await startCollector(redis);
    await listen();
    const text = JSON.stringify(listOf("pod", 3));
    await commands.set(names.listKeys.pod, text, "PX", 5_000);
    startAgent(redis);
    await publish("pod", text);
    await publish("pod", text);
    await reported(1);
    await sleep(300);
    expect(reports).toHaveLength(1);
  });

  test("that was away reads the list from its key and reports in the time that is left", async () => {
    const redis = await TestRedis.start();
    const { commands, reports, listen, reported } = await startCollector(redis);
    await listen();
    const list = listOf("node", 8, { reportWithinMs: 60_000 });
    await commands.set(names.listKeys.node, JSON.stringify(list), "PX", 1_000);
    startAgent(redis, neverDone);
    await reported(1);
    expect(reports[0]).toMatchObject({ round: 8, type: "node", reasons: "o" });
    expect(reports[0]!.tookMs).toBeLessThan(1_000);
  });

  test("whose connections were cut reads the lists once they are back", async () => {
    const redis = await TestRedis.start();
    const { reports, commands, listen, publish, reported } = await startCollector(redis);
    await listen();
    startAgent(redis);
    await publish("pod", JSON.stringify(listOf("pod", 1)));
    await reported(1);
    const clients = String(await commands.call("CLIENT", "LIST")).split("\n");
    const ids = clients
      .filter((line) => line.includes("name=ping-"))
      .map((line) => line.split(/[= ]/)[1]!);
    expect(ids).toHaveLength(2);
    // In one transaction, so that the agent is away when the round's list is published.
    const step = commands.multi();
    for (const id of ids) step.call("CLIENT", "KILL", "ID", id);
    const text = JSON.stringify(listOf("pod", 2));
    await step.set(names.listKeys.pod, text, "PX", 5_000).publish(names.lists.pod, text).exec();
    await vi.waitFor(() => expect(reports.map(({ round }) => round)).toContain(2), 15_000);
  });

  test("keeps its report while nobody listens, and publishes it once somebody does", async () => {
    const redis = await TestRedis.start();
    const { reports, listen, publish, reported } = await startCollector(redis);
    const { answerer, tally } = startAgent(redis);
    await publish("pod", JSON.stringify(listOf("pod", 5, { reportWithinMs: 20_000 })));
    await sleep(700);
    expect(answerer.lastAnswers.pod).toMatchObject({ delivered: false, report: { round: 5 } });
    await listen();
    await reported(1);
    expect(reports).toHaveLength(1);
    await vi.waitFor(() => expect(answerer.lastAnswers.pod!.delivered).toBe(true));
    expect(counted(tally, "netchecker_ping_reports_total")).toEqual({ "pod delivered": 1 });
    const publishes = counted(tally, "netchecker_ping_publishes_total");
    expect(publishes["heard"]).toBe(1);
    expect(publishes["unheard"]).toBeGreaterThanOrEqual(1);
  });

  test("reports its outcomes so far when the report is due", async () => {
    const redis = await TestRedis.start();
    const { reports, listen, publish, reported } = await startCollector(redis);
    await listen();
    startAgent(redis, neverDone);
    await publish("pod", JSON.stringify(listOf("pod", 1, { reportWithinMs: 800 })));
    await reported(1);
    expect(reports[0]!.tookMs).toBeLessThan(800);
    expect(reports[0]!.reasons).toBe("o");
  });

  test("ends its work on a list when a newer list of the same type comes", async () => {
    const redis = await TestRedis.start();
    const { reports, listen, publish, reported } = await startCollector(redis);
    await listen();
    const { tally } = startAgent(redis, (list, signal) =>
      (list.round === 1 ? neverDone : allFine)(list, signal),
    );
    await publish("pod", JSON.stringify(listOf("pod", 1)));
    await publish("node", JSON.stringify(listOf("node", 1, { reportWithinMs: 700 })));
    await publish("pod", JSON.stringify(listOf("pod", 2)));
    await reported(2);
    expect(reports.map(({ type, round }) => [type, round])).toEqual([
      ["pod", 2],
      ["node", 1],
    ]);
    expect(counted(tally, "netchecker_ping_lists_superseded_total")).toEqual({ pod: 1 });
  });

  test("does not go back to an older list from a key", async () => {
    const answered: number[] = [];
    const answerer = new RoundAnswerer({
      agent,
      log: silent,
      probe: allFine,
      publish: ({ round }) => {
        answered.push(round);
        return Promise.resolve(true);
      },
      tally: new AgentTally(),
    });
    answerer.take({ list: listOf("pod", 2), via: "channel", dueInMs: 1_000 });
    answerer.take({ list: listOf("pod", 1), via: "key", dueInMs: 1_000 });
    // After Redis lost all its data, rounds count from 1 again. A list from a channel is new in any
    // case.
    answerer.take({ list: listOf("pod", 1, { list: "b" }), via: "channel", dueInMs: 1_000 });
    await answerer.close();
    expect(answered).not.toContain(undefined);
    expect(answered.at(-1)).toBe(1);
    expect(answered.filter((round) => round === 1)).toHaveLength(1);
  });

  test("answers netchecker's list, and no list that somebody else published, however many come", async () => {
    const redis = await TestRedis.start();
    const { commands, reports, listen, publish, reported } = await startCollector(redis);
    await listen();
    const { dropped } = startAgent(redis);
    await publish("pod", JSON.stringify(listOf("pod", 1)));
    await reported(1);
    const forge = (list: string) =>
      commands.publish(names.lists.pod, JSON.stringify(listOf("pod", 9, { list })));
    for (let at = 0; at < 500; at += 1) await forge(`forged-${at}`);
    // The list of the next round comes among them.
    const text = JSON.stringify(listOf("pod", 2));
    const digests = Object.fromEntries(TARGET_TYPES.map((type) => [type, hash("sha256", text)]));
    const step = commands.multi().set(names.listDigests, JSON.stringify(digests), "PX", 5_000);
    await step.set(names.listKeys.pod, text, "PX", 5_000).publish(names.lists.pod, text).exec();
    for (let at = 500; at < 1_000; at += 1) await forge(`forged-${at}`);
    await reported(2);
    await sleep(500);
    expect(reports.map(({ round }) => round)).toEqual([1, 2]);
    expect(Object.keys(dropped)).toEqual(["unconfirmed"]);
  });

  test("drops bad messages, counts them, logs them once, and goes on", async () => {
    const redis = await TestRedis.start();
    const { reports, listen, publish, reported } = await startCollector(redis);
    await listen();
    const warn = vi.fn<Log["warn"]>();
    const { dropped } = startAgent(
      redis,
      allFine,
      Object.assign(createLog("test", "silent"), { warn }),
    );
    /** The keys are not read for each message. */
    const say = async (text: string) => {
      const before = Object.values(dropped).reduce((sum, count) => sum + count, 0);
      await publish("pod", text);
      await vi.waitFor(() =>
        expect(Object.values(dropped).reduce((sum, count) => sum + count, 0)).toBe(before + 1),
      );
    };
    await say("{");
    await say(JSON.stringify({ ...listOf("pod", 1), v: 2 }));
    await say(JSON.stringify({ ...listOf("pod", 1), address: [""] }));
    await say(JSON.stringify(listOf("node", 1)));
    await say(JSON.stringify(listOf("pod", 1, { address: [] })));
    await say(`"${"x".repeat(listLimits("pod").chars)}"`);
    await publish("pod", JSON.stringify(listOf("pod", 1)));
    await reported(1);
    expect(reports).toHaveLength(1);
    expect(dropped).toEqual({
      not_json: 1,
      wrong_version: 1,
      wrong_shape: 2,
      wrong_type: 1,
      too_large: 1,
    });
    expect(
      warn.mock.calls.filter(([, message]) => message === "dropped a target list"),
    ).toHaveLength(1);
  });

  test("that is told to end reports its outcomes so far and takes no more lists", async () => {
    const redis = await TestRedis.start();
    const { reports, listen, publish, reported } = await startCollector(redis);
    await listen();
    const { answerer } = startAgent(redis, neverDone);
    await publish("pod", JSON.stringify(listOf("pod", 1)));
    await sleep(50);
    await Promise.all([answerer.close(), answerer.close()]);
    await reported(1);
    await publish("pod", JSON.stringify(listOf("pod", 2)));
    await sleep(200);
    expect(reports.map(({ round }) => round)).toEqual([1]);
  });

  test("that is told to end while Redis is away ends as well", async () => {
    const redis = await TestRedis.start();
    const { publish } = await startCollector(redis);
    const { answerer } = startAgent(redis);
    await publish("pod", JSON.stringify(listOf("pod", 1)));
    await vi.waitFor(() => expect(answerer.lastAnswers.pod).toBeDefined());
    await redis.stop();
    const startedAt = performance.now();
    await answerer.close();
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(answerer.lastAnswers.pod).toMatchObject({ delivered: false });
  });
});
