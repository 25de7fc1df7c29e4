import type { Redis } from "@netchecker/runtime/redis";
import type { Changes } from "../changes.ts";

/** Whether a connection is ready. */
export interface RedisHealth {
  /** Since when it is not ready, milliseconds since 1970; null while it is ready. */
  readonly awaySince: number | null;
  /** How often it was lost since the start. */
  readonly losses: number;
  /** Calls `handler` each time the connection becomes ready. */
  onReady(handler: () => void): void;
}

/**
 * Watches one connection, and tells `changes` when it is lost or becomes ready. Before it is ready for the first time,
 * it counts as away.
 */
export function watchRedisHealth(redis: Redis, changes?: Changes): RedisHealth {
  let awaySince: number | null = redis.status === "ready" ? null : Date.now();
  redis.on("ready", () => {
    awaySince = null;
    changes?.tell();
  });
  let losses = 0;
  redis.on("close", () => {
    // A failed attempt to connect also emits `close`, but is not a loss.
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
