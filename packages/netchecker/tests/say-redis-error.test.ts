import { sayRedisError } from "@netchecker/runtime/redis";
import { expect, test } from "vitest";
import { aRedis } from "./support/a-redis.ts";

test("a Redis that is away is called that, and what Redis itself says stays as it is", async () => {
  const redis = await aRedis();
  try {
    const commands = await redis.connect();
    await commands.set("text", "a");
    const refused = await commands.lpush("text", "b").catch((error: Error) => error);
    expect(sayRedisError(refused as Error)).toMatch(/^WRONGTYPE /);
    await redis.server.kill();
    await expect.poll(() => commands.status).not.toBe("ready");
    const lost = await commands.get("text").catch((error: Error) => error);
    expect(sayRedisError(lost as Error)).toBe("Redis is away");
  } finally {
    await redis.stop();
  }
});
