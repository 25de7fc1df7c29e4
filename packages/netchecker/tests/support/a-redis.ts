import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { redisNames } from "@netchecker/contract";
import { RedisServer } from "@netchecker/testbed/services/redis-server";
import { createLog } from "@netchecker/runtime/log";
import { connectRedis, type Redis } from "@netchecker/runtime/redis";

export const LOG = createLog("test", "silent");
export const PREFIX = "test:";
export const NAMES = redisNames(PREFIX);

/**
 * A real redis-server for one test. Its connections end with it. `dump` is an RDB file to load; `settings` are
 * arguments of its command line.
 */
export async function aRedis({
  dump,
  settings = [],
}: { readonly dump?: string; readonly settings?: readonly string[] } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "netchecker-test-"));
  // Redis loads this file at its start, even if saving is off.
  if (dump !== undefined) await copyFile(dump, join(folder, "dump.rdb"));
  const server = await RedisServer.start("127.0.0.1", folder, undefined, undefined, settings);
  const address = { host: `${server.address.host}:${server.address.port}` };
  const connections: Redis[] = [];
  return {
    server,
    address,
    /** Resolves when the connection is ready. */
    async connect(role: "commands" | "subscriber" = "commands"): Promise<Redis> {
      const redis = connectRedis(address, { service: "test", role, log: LOG });
      connections.push(redis);
      if (redis.status !== "ready")
        await new Promise((resolve) => void redis.once("ready", resolve));
      return redis;
    },
    async stop(): Promise<void> {
      for (const redis of connections) redis.disconnect();
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}

export type ARedis = Awaited<ReturnType<typeof aRedis>>;
