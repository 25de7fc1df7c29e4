import { Redis, ReplyError } from "ioredis";
import type { Log } from "./create-log.ts";
import { type Companions, connectAnew, joinCompanions } from "./connect-anew.ts";
import { explainRedisError, replyCode } from "./explain-redis-error.ts";
import { hearRefusal } from "./hear-refusal.ts";
import { CUT_REPLY, limitReplies } from "./limit-replies.ts";

export type { Redis } from "ioredis";
export { connectAnew } from "./connect-anew.ts";
export { explainRedisError, type RedisFailure, sayRedisError } from "./explain-redis-error.ts";

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
  /** The largest message or value that is of use, bytes; what is larger is not even held in memory. */
  readonly maxReplyBytes?: (() => number) | undefined;
  /** Redis may not close it when all clients together use too much memory: others have used it. */
  readonly keeps?: boolean | undefined;
}

/** What Redis says of itself is some kilobytes, and always of use. */
const LEAST_REPLY_BYTES = 64 * 1024;

const HEARTBEAT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 2_000;

const urlOf = ({ host, url }: RedisAddress): string => url ?? `redis://${host}`;

const options = ({ service, role }: RedisRole) => ({
  connectionName: `${service}-${role}`,
  connectTimeout: CONNECT_TIMEOUT_MS,
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

/** A service has two connections, because one that is subscribed may send few other commands. */
export interface RedisPair {
  readonly commands: Redis;
  readonly subscriber: Redis;
}

/** Connects both to one address; they are made anew together. */
export function connectRedisPair(
  address: RedisAddress,
  of: Pick<RedisRole, "service" | "log" | "keeps"> & {
    /** Of each connection: see {@link RedisRole}. */
    readonly maxReplyBytes?: Partial<Record<RedisRole["role"], () => number>>;
  },
): RedisPair {
  const companions: Companions = { all: [] };
  const connect = (role: RedisRole["role"]) =>
    connectRedis(address, { ...of, role, maxReplyBytes: of.maxReplyBytes?.[role] }, companions);
  return { commands: connect("commands"), subscriber: connect("subscriber") };
}

/**
 * One connection for one role. It connects by itself, again and again, and logs when it is lost and
 * when it is back; it never throws for that. A connection that went silent (a cut cable sends no
 * reset) is found by a heartbeat and made anew, and so is one that leads to a read-only replica: after
 * a failover the address leads to another server, the old connection does not. End it with `disconnect()`.
 */
export function connectRedis(
  address: RedisAddress,
  role: RedisRole,
  companions: Companions = { all: [] },
): Redis {
  const redis: Redis = new Redis(urlOf(address), {
    ...options(role),
    reconnectOnError: (error) => {
      if (replyCode(error) === "READONLY") connectAnew(redis);
      return false;
    },
  });
  joinCompanions(redis, companions);
  /** The code with which it was last said to be away; null while it is there. */
  let away: string | null = null;
  redis.on("error", (error: Error) => {
    const { code, sentence } = explainRedisError(error);
    if (away !== code) role.log.warn({ role: role.role, code, why: sentence }, "Redis is away");
    away = code;
  });
  const { maxReplyBytes } = role;
  if (maxReplyBytes) {
    const maxBytes = () => Math.max(LEAST_REPLY_BYTES, maxReplyBytes());
    // Told before anything is read from the new stream.
    redis.on("connect", () => limitReplies(redis.stream, maxBytes));
  }
  redis.on("ready", () => {
    // Redis before 7 does not know it, other rules than ours may forbid it; it goes without.
    if (role.keeps) redis.client("NO-EVICT", "ON").catch(() => {});
    if (away !== null) role.log.info({ role: role.role }, "Redis is back");
    away = null;
  });
  keepAlive(redis, role);
  // The first failure is reported by the error listener and retried like any later one.
  redis.connect().catch(() => {});
  return redis;
}

/** Redis 7 and Valkey 8 say `slave`. */
const REPLICA = /^role:(slave|replica)/m;

/**
 * Asks which role the server has, often: no answer within a beat, and nothing else either, is a
 * connection that has died; a replica is one that leads to the wrong server. A subscriber never gets
 * an error that would tell it so.
 */
function keepAlive(redis: Redis, { role, log }: RedisRole): void {
  let asked: { readonly of: unknown; readonly heard: number } | null = null;
  const heard = () => redis.stream?.bytesRead ?? 0;
  const ask = () => {
    const question = { of: redis.stream, heard: heard() };
    asked = question;
    // While a connection of the older protocol is subscribed, it may say little but PING.
    const answer = redis.mode === "subscriber" ? redis.ping() : redis.info("replication");
    answer
      .then(listen, () => {})
      .finally(() => {
        if (asked === question) asked = null;
      });
  };
  const listen = (text: string) => {
    if (REPLICA.test(text) && connectAnew(redis))
      log.warn({ role }, "Redis is a read-only replica; connects anew");
  };
  const heartbeat = setInterval(() => {
    if (redis.status !== "ready") return;
    if (asked === null || asked.of !== redis.stream || asked.heard !== heard()) return ask();
    const question = asked;
    // This process may have stood still: what has arrived meanwhile is read before the next check.
    setImmediate(() => {
      if (asked === question && question.heard === heard()) redis.disconnect(true);
    });
  }, HEARTBEAT_MS);
  heartbeat.unref();
  redis.on("end", () => clearInterval(heartbeat));
}

/**
 * A connection for a few questions: made once, not again, each answer awaited for `timeoutMs`. Rejects
 * with the reason for which it could not be made. The caller ends it with `disconnect()`.
 */
export async function connectOnce(
  address: RedisAddress,
  name: string,
  timeoutMs: number,
): Promise<Redis> {
  const url = urlOf(address);
  const redis = new Redis(url, {
    connectionName: name,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    disableClientInfo: true,
    enableOfflineQueue: false,
    // A server that is still loading says so to the first command.
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    lazyConnect: true,
  });
  let why: Error | undefined;
  redis.on("error", (error: Error) => (why ??= error));
  try {
    await redis.connect();
    return redis;
  } catch (error) {
    redis.disconnect();
    const cut = CUT.has((why as NodeJS.ErrnoException | undefined)?.code ?? "");
    const words = cut && !url.startsWith("rediss:") ? await hearRefusal(url, timeoutMs) : null;
    throw words === null ? (why ?? error) : new ReplyError(words);
  }
}

/** How a connection ends that its server closed at once. */
const CUT = new Set(["ECONNRESET", "EPIPE"]);

/** How soon a subscription that was refused is tried again. */
const SUBSCRIBE_AGAIN_MS = 10_000;

/**
 * Subscribes now and again after each reconnection. `subscribed` is called each time: what was
 * published while the connection was away has been missed.
 */
export function subscribe(
  redis: Redis,
  channels: readonly string[],
  on: {
    message(channel: string, text: string): void;
    subscribed?(): void;
    /** There was a message that was not even received: see {@link RedisRole}. */
    tooLarge?(channel: string): void;
    /** Redis answers, and does not let it subscribe; it is tried again. */
    refused?(error: Error): void;
  },
): void {
  redis.on("message", (channel: string, text: string) => {
    if (text === CUT_REPLY) on.tooLarge?.(channel);
    else on.message(channel, text);
  });
  const start = (): Promise<void> =>
    redis.subscribe(...channels).then(
      () => on.subscribed?.(),
      (error: Error) => {
        // A new connection would be refused as well, and at once.
        if (replyCode(error) === null) return redis.disconnect(true);
        on.refused?.(error);
        setTimeout(() => {
          if (redis.status === "ready") void start();
        }, SUBSCRIBE_AGAIN_MS).unref();
      },
    );
  redis.on("ready", start);
  if (redis.status === "ready") void start();
}
