import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { redisNames } from "@netchecker/contract";
import type { LocalCluster } from "@netchecker/testbed/loopback/local-cluster";
import { startLocalCluster } from "@netchecker/testbed/loopback/start-local-cluster";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { checkRedis } from "../../packages/netchecker/src/check-install.ts";
import { AclRedis } from "./support/acl-redis.ts";
import { DEPLOY, VARIANTS } from "./support/rendered.ts";

const names = redisNames("netchecker:");

/** ioredis also sends its version, and `--check` asks for limits. Both work without an answer. */
const MAY_BE_REFUSED = ["client|setinfo", "config|get"];

async function refusedInEarnest(redis: AclRedis): Promise<string[]> {
  const refused = await redis.refused();
  return refused.filter((line) => !MAY_BE_REFUSED.some((command) => line.includes(command)));
}

describe("with the ACL of components/redis-auth, on the real services", () => {
  let redis: AclRedis;
  let cluster: LocalCluster;
  let id: number;
  beforeAll(async () => {
    redis = await AclRedis.start(await VARIANTS["all but external-redis"]());
    cluster = await startLocalCluster({
      nodes: 3,
      intervalMs: 3_000,
      port: 0,
      env: {
        // So that history is also deleted within the test.
        netchecker: {
          REDIS_URL: redis.url("netchecker"),
          HISTORY_FULL_ROUNDS: "1",
          HISTORY_ROUNDS: "2",
        },
        ping: { REDIS_URL: redis.url("ping") },
      },
    });
    id = (await cluster.resultsAfter<{ round: { id: number } }>(3)).round.id;
  });
  afterAll(async () => {
    await cluster?.stop();
    await redis?.[Symbol.asyncDispose]();
  });

  test("rounds are published, reported, stored, pruned and served, and Redis refuses no command", async () => {
    await vi.waitFor(async () => {
      const response = await cluster.fetch(`/rounds/${id}/results`);
      expect(await response.json()).toMatchObject({
        round: { closedBy: "reports", expected: 3, reported: 3, missing: [], stored: true },
        summary: { pod: { total: 9, ok: 9 } },
      });
    });
    const { rounds } = (await (await cluster.fetch("/rounds")).json()) as { rounds: object[] };
    // The two rounds that are kept, and perhaps the open one.
    expect(rounds.length).toBeLessThanOrEqual(3);
    for (const route of ["/timeline", "/node-states/node-1/history", "/findings/none"])
      expect(await (await cluster.fetch(route)).json()).toBeTypeOf("object");
    expect(await refusedInEarnest(redis)).toEqual([]);
  });

  test("netchecker's --check finds no fault in Redis", async () => {
    const checks = await checkRedis(
      { host: "", url: redis.url("netchecker") },
      names,
      "redis:6379",
    );
    expect(checks).toEqual([
      { ok: true, what: expect.stringContaining("redis:6379") },
      // netchecker's user may not read these settings.
      { ok: true, note: true, what: expect.stringMatching(/CONFIG GET.*docs\/security\.md/) },
    ]);
  });

  test("Redis accepts the settings of the base and of each component", async () => {
    const settings = await redis
      .connect("operator")
      .config("GET", "maxmemory*", "save", "client-output-*");
    const pairs = settings as string[];
    expect(
      Object.fromEntries(
        pairs.flatMap((name, at) => (at % 2 === 0 ? [[name, pairs[at + 1]]] : [])),
      ),
    ).toMatchObject({
      maxmemory: `${2 ** 30}`,
      "maxmemory-policy": "noeviction",
      save: "300 1",
      "client-output-buffer-limit": expect.stringContaining(
        `pubsub ${256 * 2 ** 20} ${128 * 2 ** 20} 60`,
      ),
    });
  });

  test("a netchecker that starts again serves the stored rounds", async () => {
    await cluster.netchecker.kill("SIGTERM");
    await cluster.netchecker.start();
    await vi.waitFor(async () => {
      const { round } = (await (await cluster.fetch("/results")).json()) as {
        round: { id: number };
      };
      expect(round.id).toBeGreaterThanOrEqual(id);
    }, 5_000);
    expect(await refusedInEarnest(redis)).toEqual([]);
  });

  test.for([
    ["publish", names.reports.pod, "{}"],
    ["publish", names.lists.pod, "{}"],
    ["subscribe", names.lists.pod],
    ["get", names.listKeys.pod],
    ["set", names.roundId, "1"],
    ["config", "get", "*"],
    ["acl", "list"],
    ["info"],
    ["ping"],
    ["keys", "*"],
  ])("without a password nobody may %s %s", async ([command, ...args]) => {
    await expect(redis.connect().call(command!, ...args)).rejects.toThrow("NOAUTH");
  });

  test.for([
    // Only netchecker may say what to probe. Only netchecker may read or change stored data.
    ["publish", names.lists.pod, "{}"],
    ["publish", names.lists.external, "{}"],
    ["publish", "netchecker:other", "{}"],
    ["set", names.listKeys.pod, "{}"],
    ["del", names.listKeys.pod],
    ["subscribe", names.reports.pod],
    ["psubscribe", "netchecker:*"],
    ["hgetall", names.round(1)],
    ["get", names.openRound],
    ["get", names.lease],
    ["set", names.lease, "mine"],
    ["zrange", names.rounds, "0", "-1"],
    ["eval", "return redis.call('GET', KEYS[1])", "1", names.openRound],
    ["keys", "*"],
    ["scan", "0"],
    ["flushall"],
    ["config", "get", "maxmemory"],
    ["config", "set", "dir", "/tmp"],
    ["acl", "whoami"],
    ["client", "list"],
    ["client", "kill", "id", "1"],
    ["monitor"],
    ["shutdown"],
  ])("ping may not %s %s", async ([command, ...args]) => {
    await expect(redis.connect("ping").call(command!, ...args)).rejects.toThrow("NOPERM");
  });

  test("ping may subscribe to every list, read it and publish every report", async () => {
    const ping = redis.connect("ping");
    for (const key of Object.values(names.listKeys)) {
      await ping.get(key);
      await ping.pttl(key);
    }
    for (const channel of Object.values(names.reports))
      expect(await ping.publish(channel, "{}")).toBe(1);
    await ping.subscribe(...Object.values(names.lists));
  });

  test.for([
    ["publish", names.reports.pod, "{}"],
    ["subscribe", names.lists.pod],
    ["get", "another:key"],
    ["keys", "*"],
    ["flushall"],
    ["config", "get", "*"],
    ["acl", "setuser", "ping", "allcommands"],
    ["shutdown"],
  ])("netchecker may not %s %s", async ([command, ...args]) => {
    await expect(redis.connect("netchecker").call(command!, ...args)).rejects.toThrow("NOPERM");
  });
});

test.for(["", "a b", "x/e", "&", "$(id)", "a\nuser evil on nopass +@all"])(
  "a password that would not stay one is refused: %j",
  async (password) => {
    const folder = join(DEPLOY, "components/redis-auth");
    const env = { PATH: process.env["PATH"], NETCHECKER_PASSWORD: "abc", PING_PASSWORD: password };
    await expect(
      promisify(execFile)("sh", [join(folder, "write-acl.sh"), folder, "/nonexistent"], { env }),
    ).rejects.toThrow("must be letters and digits");
  },
);
