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
  /** `host:port`. It is used if there is no URL. */
  readonly host: string;
  /** `redis://`, or `rediss://` with TLS. */
  readonly url?: string | undefined;
}

/** What a connection is for. Service and role name the client in `CLIENT LIST` and in the log. */
export interface RedisRole {
  readonly service: string;
  readonly role: "commands" | "subscriber";
  readonly log: Log;
  /**
   * The largest message or value that is useful, in bytes. Larger ones are thrown away while they
   * arrive.
   */
  readonly maxReplyBytes?: (() => number) | undefined;
  /**
   * Redis may not close this connection when all clients together use too much memory. In that case
   * others have used the memory.
   */
  readonly neverEvicted?: boolean | undefined;
}

/** What Redis says about itself is up to some kilobytes, and it must always get through. */
const MIN_REPLY_BYTES = 64 * 1024;

const HEARTBEAT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 2_000;

const urlOf = ({ host, url }: RedisAddress): string => url ?? `redis://${host}`;

const options = ({ service, role }: RedisRole) => ({
  connectionName: `${service}-${role}`,
  connectTimeout: CONNECT_TIMEOUT_MS,
  // A command that Redis does not answer fails, so that no round waits for ever.
  commandTimeout: 10_000,
  // Commands fail at once while Redis is away. The caller knows what to do then; a queue does not.
  enableOfflineQueue: false,
  autoResubscribe: false,
  // Under an ACL that allows only what is needed, each connection would log a refused command.
  disableClientInfo: true,
  maxRetriesPerRequest: 0,
  retryStrategy: (times: number) =>
    Math.min(100 * 2 ** Math.min(times, 5), 2_000) * (0.75 + Math.random() / 2),
  lazyConnect: true,
});

/** A service has two connections, because a subscribed connection may send few other commands. */
export interface RedisPair {
  readonly commands: Redis;
  readonly subscriber: Redis;
}

/** Connects both to one address. They are reconnected together. */
export function connectRedisPair(
  address: RedisAddress,
  of: Pick<RedisRole, "service" | "log" | "neverEvicted"> & {
    /** For each connection: see {@link RedisRole}. */
    readonly maxReplyBytes?: Partial<Record<RedisRole["role"], () => number>>;
  },
): RedisPair {
  const companions: Companions = { all: [] };
  const connect = (role: RedisRole["role"]) =>
    connectRedis(address, { ...of, role, maxReplyBytes: of.maxReplyBytes?.[role] }, companions);
  return { commands: connect("commands"), subscriber: connect("subscriber") };
}

/**
 * One connection for one role. It connects by itself, again and again, and logs when the connection
 * is lost and when it is back. It never throws for that. A heartbeat finds a connection that went
 * silent, because a cut cable sends no reset. The connection is also made again if it leads to a
 * read-only replica: after a failover the address leads to another server, but the old connection
 * does not. End it with `disconnect()`.
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
  /** The code that was logged last while Redis is away; null while it is there. */
  let away: string | null = null;
  redis.on("error", (error: Error) => {
    const { code, sentence } = explainRedisError(error);
    if (away !== code) role.log.warn({ role: role.role, code, why: sentence }, "Redis is away");
    away = code;
  });
  const { maxReplyBytes } = role;
  if (maxReplyBytes) {
    const maxBytes = () => Math.max(MIN_REPLY_BYTES, maxReplyBytes());
    // The "connect" event comes before anything is read from the new stream.
    redis.on("connect", () => limitReplies(redis.stream, maxBytes));
  }
  redis.on("ready", () => {
    // Redis before 7 does not know this command, and an operator's ACL may forbid it. The
    // connection also works without it.
    if (role.neverEvicted) redis.client("NO-EVICT", "ON").catch(() => {});
    if (away !== null) role.log.info({ role: role.role }, "Redis is back");
    away = null;
  });
  keepAlive(redis, role);
  // The error listener logs the first failure, and it is retried like any later one.
  redis.connect().catch(() => {});
  return redis;
}

/** Redis 7 and Valkey 8 say `slave`. */
const REPLICA = /^role:(slave|replica)/m;

/**
 * Asks the server for its role at each heartbeat. If neither an answer nor anything else arrives
 * within one beat, the connection is dead. If the server is a replica, the connection leads to the
 * wrong server. A subscriber needs this question, because it never gets an error that would tell
 * it.
 */
function keepAlive(redis: Redis, { role, log }: RedisRole): void {
  let asked: { readonly of: unknown; readonly heard: number } | null = null;
  const heard = () => redis.stream?.bytesRead ?? 0;
  const ask = () => {
    const question = { of: redis.stream, heard: heard() };
    asked = question;
    // A subscribed connection of the older protocol may send PING but hardly anything else.
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
    // This process may have stood still. First read what has arrived in that time.
    setImmediate(() => {
      if (asked === question && question.heard === heard()) redis.disconnect(true);
    });
  }, HEARTBEAT_MS);
  heartbeat.unref();
  redis.on("end", () => clearInterval(heartbeat));
}

/**
 * A connection for a few questions. It tries to connect only once, and waits `timeoutMs` for each
 * answer. Rejects with the reason why it could not connect. The caller ends it with `disconnect()`.
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
    // A server that is still loading its data says so in its answer to the first command.
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

/** How a connection ends if the server closes it at once. */
const CUT = new Set(["ECONNRESET", "EPIPE"]);

/** How soon a refused subscription is tried again. */
const SUBSCRIBE_AGAIN_MS = 10_000;

/**
 * Subscribes now and after each reconnection. `subscribed` is called each time, because messages
 * that were published in between are lost.
 */
export function subscribe(
  redis: Redis,
  channels: readonly string[],
  on: {
    message(channel: string, text: string): void;
    subscribed?(): void;
    /** A message was thrown away because it was too large: see {@link RedisRole}. */
    tooLarge?(channel: string): void;
    /** Redis answers, but it does not allow the subscription. It is tried again. */
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
        // A new connection would be refused at once as well.
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
