import { mkdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { listen } from "@netchecker/testbed/sockets/listen";
import { explainRedisError, type Redis } from "@netchecker/runtime/redis";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { diagnoseRedis } from "../src/adapters/diagnose-redis.ts";
import { createRoundPublisher } from "../src/adapters/publish-targets.ts";
import { createRoundStore } from "../src/adapters/store-rounds.ts";
import { aClosedRound, aView } from "@netchecker/round/testing/a-round";
import { type ARedis, aRedis, NAMES } from "./support/a-redis.ts";
import { aWayThatLosesLarge } from "./support/a-way-to-redis.ts";
import { aHeldLease } from "./support/a-store.ts";

let redis: ARedis;
let commands: Redis;
let held: Awaited<ReturnType<typeof aHeldLease>>;

beforeEach(async () => {
  redis = await aRedis({ settings: ["--enable-protected-configs", "yes"] });
  commands = await redis.connect();
  held = await aHeldLease(commands);
});
afterEach(() => redis.stop());

const diagnose = (host = redis.address.host) => diagnoseRedis({ host }, NAMES);

/** The error that a round gets if it is published now. */
async function publishing(): Promise<{ code: string; sentence: string }> {
  const round = { id: 1, startedAt: 1 };
  const failed = await createRoundPublisher(commands, NAMES, held)
    .publish(round, [], 1_000)
    .then(
      () => null,
      (error: unknown) => error,
    );
  return explainRedisError(failed);
}

describe("a Redis", () => {
  it("without a fault is found healthy, and keeps no keys of the diagnosis", async () => {
    const before = await commands.dbsize();
    expect(await diagnose()).toBeNull();
    await vi.waitFor(async () => expect(await commands.dbsize()).toBe(before), 3_000);
  });

  it("that is a read-only replica is named as such, by the diagnosis and by a round", async () => {
    await commands.replicaof("127.0.0.1", 1);
    const words =
      /^Redis is a read-only replica: after a failover its address must lead to the new/;
    expect(await diagnose()).toMatchObject({
      kind: "refuses",
      code: "READONLY",
      sentence: expect.stringMatching(words),
    });
    expect(await publishing()).toMatchObject({ code: "READONLY" });
  });

  it("that is full is named as such", async () => {
    await commands.config("SET", "maxmemory-policy", "noeviction");
    await commands.config("SET", "maxmemory", "1");
    const full = { code: "OOM", sentence: expect.stringMatching(/^Redis is full/) };
    expect(await diagnose()).toMatchObject({ kind: "refuses", ...full });
    // A round can still be published, because its lists replace the old ones. It cannot be stored.
    const store = createRoundStore(commands, NAMES, held, { fullRounds: 1, rounds: 1 });
    const failed = await store.save(aClosedRound(aView(2)), null).catch((error: unknown) => error);
    expect(explainRedisError(failed)).toMatchObject(full);
    await createRoundPublisher(commands, NAMES, held).publish({ id: 1, startedAt: 1 }, [], 1_000);
  });

  it("that cannot save to its disk is named as such", async () => {
    const folder = (await commands.config("GET", "dir")) as string[];
    const gone = `${folder[1]}/gone`;
    await mkdir(gone);
    await commands.config("SET", "dir", gone);
    await rm(gone, { recursive: true });
    await commands.config("SET", "save", "1 1");
    await commands.set("a", "1");
    const unsaved = { code: "MISCONF", sentence: expect.stringMatching(/cannot save to its disk/) };
    await vi.waitFor(async () => expect(await diagnose()).toMatchObject(unsaved), {
      timeout: 20_000,
      interval: 500,
    });
    expect(await publishing()).toMatchObject(unsaved);
  }, 30_000);

  it("whose access rules lack something is named with the command and the place of the rules", async () => {
    const rules = ["on", ">secret", "~*", "&*", "+@all"];
    const without = async (...less: string[]) => {
      await commands.acl("SETUSER", "some", "reset", ...rules, ...less);
      return diagnoseRedis({ host: "", url: `redis://some:secret@${redis.address.host}` }, NAMES);
    };
    expect(await without()).toBeNull();
    for (const [less, command] of [
      ["-set", /set test:lease:check/],
      ["-publish", /publish test:lease:check/],
      ["-eval", /eval/],
      ["-subscribe", /subscribe test:REPORT_POD/],
      ["-zadd", /zadd test:rounds:check/],
    ] as const)
      expect(await without(less)).toMatchObject({
        kind: "refuses",
        code: "NOPERM",
        sentence: expect.stringMatching(command),
      });
    const channels = await without("resetchannels");
    expect(channels).toMatchObject({
      code: "NOPERM",
      sentence: expect.stringMatching(/users.acl/),
    });
    const keys = await without("resetkeys", "~other:*");
    expect(keys).toMatchObject({ code: "NOPERM" });
  });

  it("that got another password is named as such, although old connections still work", async () => {
    await commands.config("SET", "requirepass", "new");
    expect(await commands.ping()).toBe("PONG");
    expect(await diagnose()).toMatchObject({
      kind: "refuses",
      code: "NOAUTH",
      sentence: expect.stringMatching(/REDIS_URL/),
    });
    const url = `redis://:old@${redis.address.host}`;
    expect(await diagnoseRedis({ host: "", url }, NAMES)).toMatchObject({
      kind: "refuses",
      code: "WRONGPASS",
      sentence: expect.stringMatching(/does not accept the user or the password/),
    });
  });

  it("that accepts no more connections is named as such", async () => {
    await commands.config("SET", "maxclients", "1");
    expect(await diagnose()).toMatchObject({
      kind: "refuses",
      sentence: expect.stringMatching(/^Redis has no room for another connection/),
    });
  });

  it("that waits for missing replicas is named as such", async () => {
    await commands.config("SET", "min-replicas-to-write", "1");
    expect(await diagnose()).toMatchObject({ kind: "refuses", code: "NOREPLICAS" });
  });

  it("that is paused counts as away, because it does not answer", async () => {
    process.kill(redis.server.pid!, "SIGSTOP");
    try {
      expect(await diagnose()).toMatchObject({ kind: "away", code: "timeout" });
    } finally {
      process.kill(redis.server.pid!, "SIGCONT");
    }
    expect(await diagnose()).toBeNull();
  });

  it("that is gone, or whose name cannot be resolved, is away", async () => {
    await redis.server.kill();
    const gone = await diagnose();
    expect(gone).toMatchObject({ kind: "away", code: "ECONNREFUSED" });
    expect(gone?.sentence).toContain(redis.address.host.replace(":", " port "));
    const unknown = await diagnose("no-such-host.invalid:6379");
    expect(unknown).toMatchObject({
      kind: "away",
      code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/),
    });
    expect(unknown?.sentence).toContain("no-such-host.invalid");
  });

  it("that does not speak TLS, but is asked for it, is named as such", async () => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", () => socket.write("-ERR Protocol error\r\n"));
    });
    const port = await listen(server, "127.0.0.1", 0);
    const url = `rediss://127.0.0.1:${port}`;
    expect(await diagnoseRedis({ host: "", url }, NAMES)).toMatchObject({
      kind: "away",
      sentence: expect.stringMatching(/^TLS with Redis fails \(ERR_SSL_/),
    });
    server.close();
  });

  it("that answers small commands but no large ones is named as such", async () => {
    const way = await aWayThatLosesLarge(redis.server.address, 1_400);
    expect(await diagnose(way.host)).toMatchObject({ kind: "loses_large", code: "large_lost" });
    await way.stop();
    const wide = await aWayThatLosesLarge(redis.server.address, 1 << 20);
    expect(await diagnose(wide.host)).toBeNull();
    await wide.stop();
  });

  it("with a script that does not end is busy", async () => {
    const busy = await redis.connect();
    await commands.config("SET", "busy-reply-threshold", "10");
    busy.eval("while true do end", 0).catch(() => {});
    await vi.waitFor(async () => expect(await diagnose()).toMatchObject({ code: "BUSY" }), 5_000);
    await commands.script("KILL");
    // The script ends when it looks at the clock again.
    await vi.waitFor(async () => expect(await diagnose()).toBeNull(), 5_000);
  });

  it("in which another program uses netchecker's key is named with the key", async () => {
    await commands.lpush(NAMES.roundId, "x");
    const failed = await commands.get(NAMES.roundId).catch((error: unknown) => error);
    expect(explainRedisError(failed)).toMatchObject({
      code: "WRONGTYPE",
      sentence: expect.stringMatching(/get test:round-id;.*same REDIS_PREFIX/),
    });
  });

  it("that is away is not said to refuse anything", async () => {
    await redis.server.kill();
    await vi.waitFor(() => expect(commands.status).not.toBe("ready"));
    const lost = await commands.get("text").catch((error: unknown) => error);
    expect(explainRedisError(lost)).toEqual({
      kind: "away",
      code: "not_connected",
      sentence: "Redis is away",
    });
  });
});

it("a Redis cluster is recognised by the error for a key on another server", async () => {
  const sharded = await aRedis({ settings: ["--cluster-enabled", "yes"] });
  try {
    const fault = await diagnoseRedis(sharded.address, NAMES);
    expect(fault).toMatchObject({ kind: "refuses", code: "CLUSTERDOWN" });
    const one = await sharded.connect();
    await one.cluster("ADDSLOTSRANGE", 0, 16_383);
    await vi.waitFor(
      async () =>
        expect(await diagnoseRedis(sharded.address, NAMES)).toMatchObject({
          code: "CROSSSLOT",
          sentence: expect.stringMatching(/cluster that spreads its keys/),
        }),
      10_000,
    );
  } finally {
    await sharded.stop();
  }
});
