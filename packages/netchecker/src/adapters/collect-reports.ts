import {
  decodeReport,
  type DecodeFault,
  type RedisNames,
  type Report,
  TARGET_TYPES,
  type TargetType,
} from "@netchecker/contract";
import type { Log } from "@netchecker/runtime/log";
import { type Redis, sayRedisError, subscribe } from "@netchecker/runtime/redis";
import type { ReportSource } from "../ports.ts";
import { watchRedisHealth } from "./redis-health.ts";
import type { RedisTroubleWatch } from "./watch-redis-trouble.ts";

const LOG_EVERY_MS = 60_000;

/** Subscribes to the report channels. A message that is not a report is dropped, told, and logged once a minute. */
export function collectReports(
  redis: Redis,
  names: RedisNames,
  log: Log,
  trouble?: RedisTroubleWatch,
): ReportSource {
  const typeOf = new Map<string, TargetType>(
    TARGET_TYPES.map((type) => [names.reports[type], type]),
  );
  const health = watchRedisHealth(redis);
  const loggedAt = new Map<string, number>();
  let handleReport: ((report: Report) => void) | undefined;
  let handleInvalid: ((fault: DecodeFault) => void) | undefined;

  const drop = (channel: string, fault: DecodeFault, why: string): void => {
    handleInvalid?.(fault);
    const key = `${channel} ${fault}`;
    if (Date.now() - (loggedAt.get(key) ?? 0) < LOG_EVERY_MS) return;
    loggedAt.set(key, Date.now());
    log.warn({ channel, fault, why }, "dropped a message that is no report");
  };

  subscribe(redis, Object.values(names.reports), {
    message(channel, text) {
      const type = typeOf.get(channel);
      if (type === undefined) return;
      const decoded = decodeReport(type, text);
      if (decoded.ok) handleReport?.(decoded.value);
      else drop(channel, decoded.fault, decoded.why);
    },
    subscribed: () => trouble?.worked("subscribe"),
    refused: (error) => {
      log.error({ why: sayRedisError(error) }, "may not listen to reports");
      trouble?.failed(error, "subscribe");
    },
  });

  return {
    get awaySince() {
      return health.awaySince;
    },
    onReport: (handler) => void (handleReport = handler),
    onInvalid: (handler) => void (handleInvalid = handler),
  };
}
