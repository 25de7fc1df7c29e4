import type { Redis } from "@netchecker/runtime/redis";
import type { Changes } from "../changes.ts";

/** Since when a connection is away. */
export interface RedisHealth {
  /** Milliseconds since 1970; null while it is ready. */
  readonly awaySince: number | null;
  /** How often it was lost since the start. */
  readonly losses: number;
  /** Called each time it is ready (again). */
  onReady(handler: () => void): void;
}

/** Watches one connection, and tells `changes` when it goes and comes. It counts as away until it is ready for the first time. */
export function watchRedisHealth(redis: Redis, changes?: Changes): RedisHealth {
  let awaySince: number | null = redis.status === "ready" ? null : Date.now();
  redis.on("ready", () => {
    awaySince = null;
    changes?.tell();
  });
  let losses = 0;
  redis.on("close", () => {
    // An attempt to connect that fails closes too.
    if (awaySince === null) losses += 1;
    awaySince ??= Date.now();
    changes?.tell();
  });
  return {
    get awaySince() {
      return awaySince;
    },
    get losses() {
      return losses;
    },
    onReady: (handler) => void redis.on("ready", handler),
  };
}
