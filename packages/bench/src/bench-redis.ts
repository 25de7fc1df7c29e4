import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "@netchecker/runtime/log";
import { connectRedis, type Redis } from "@netchecker/runtime/redis";
import { RedisServer } from "@netchecker/testbed/services/redis-server";

/** A Redis of a benchmark's own, and a folder for logs. */
export interface BenchRedis {
  readonly folder: string;
  /** `host:port`, as services take it. */
  readonly host: string;
  connect(role: "commands" | "subscriber"): Redis;
}

/** Starts it; `stack` ends it with its connections, and removes the folder. */
export async function startBenchRedis(stack: AsyncDisposableStack): Promise<BenchRedis> {
  const folder = mkdtempSync(join(tmpdir(), "netchecker-bench-"));
  const forget = () => rmSync(folder, { recursive: true, force: true });
  process.on("exit", forget);
  stack.defer(() => {
    process.off("exit", forget);
    forget();
  });
  const server = await RedisServer.start("127.0.0.1", folder);
  stack.defer(() => server.stop());
  const host = `127.0.0.1:${server.address.port}`;
  const log = createLog("bench", "silent");
  return {
    folder,
    host,
    connect(role) {
      const redis = connectRedis({ host }, { service: "bench", role, log });
      stack.defer(() => redis.disconnect());
      return redis;
    },
  };
}
