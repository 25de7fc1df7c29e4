import { Redis } from "ioredis";
import type { Log } from "./create-log.ts";

export type { Redis } from "ioredis";

export interface RedisAddress {
  /** `host:port`, used where there is no URL. */
  readonly host: string;
  /** `redis://` or, with TLS, `rediss://`. */
  readonly url?: string | undefined;
}

/** What one connection is for: it names the client in `CLIENT LIST` and in the log. */
export interface RedisRole {
  readonly service: string;
  readonly role: "commands" | "subscriber";
  readonly log: Log;
}

const HEARTBEAT_MS = 5_000;

const options = ({ service, role }: RedisRole) => ({
  connectionName: `${service}-${role}`,
  connectTimeout: 2_000,
  // A command that Redis does not answer fails, so that no round waits for ever.
  commandTimeout: 10_000,
  // Commands fail at once while Redis is away: the caller knows what that means, a queue does not.
  enableOfflineQueue: false,
  autoResubscribe: false,
  // An ACL that allows only what is needed would log each connection as a refusal.
  disableClientInfo: true,
  maxRetriesPerRequest: 0,
  retryStrategy: (times: number) =>
    Math.min(100 * 2 ** Math.min(times, 5), 2_000) * (0.75 + Math.random() / 2),
  lazyConnect: true,
});

/**
 * One connection for one role. It connects by itself, again and again, and logs when it is lost and
 * when it is back; it never throws for that. A connection that went silent (a cut cable sends no
 * reset) is found by a heartbeat and made anew. End it with `disconnect()`.
 */
export function connectRedis(address: RedisAddress, role: RedisRole): Redis {
  const redis = new Redis(address.url ?? `redis://${address.host}`, options(role));
  let away = false;
  redis.on("error", (error: NodeJS.ErrnoException) => {
    if (!away)
      role.log.warn({ role: role.role, code: error.code, err: error.message }, "Redis is away");
    away = true;
  });
  redis.on("ready", () => {
    if (away) role.log.info({ role: role.role }, "Redis is back");
    away = false;
  });
  const heartbeat = setInterval(() => {
    if (redis.status === "ready") redis.ping().catch(() => redis.disconnect(true));
  }, HEARTBEAT_MS);
  heartbeat.unref();
  redis.on("end", () => clearInterval(heartbeat));
  // The first failure is reported by the error listener and retried like any later one.
  redis.connect().catch(() => {});
  return redis;
}

/** What ioredis says of a command where there is no connection and no queue to wait in. */
const NOT_CONNECTED = /^(Stream isn't writeable|Connection is closed)/;

/** Why a command failed, for people: the client's own words for a Redis that is away are about the client. */
export function sayRedisError({ message }: Error): string {
  return NOT_CONNECTED.test(message) ? "Redis is away" : message;
}

/**
 * Subscribes now and again after each reconnection. `onSubscribed` is called each time: what was
 * published while the connection was away has been missed.
 */
export function subscribe(
  redis: Redis,
  channels: readonly string[],
  on: { message(channel: string, text: string): void; subscribed?(): void },
): void {
  redis.on("message", on.message);
  const start = () =>
    redis.subscribe(...channels).then(
      () => on.subscribed?.(),
      () => redis.disconnect(true),
    );
  redis.on("ready", start);
  if (redis.status === "ready") void start();
}
