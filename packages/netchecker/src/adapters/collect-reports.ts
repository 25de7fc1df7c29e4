import {
  decodeReport,
  peekReport,
  type RedisNames,
  type ReportHead,
  TARGET_TYPES,
  type TargetType,
} from "@netchecker/contract";
import type { Log } from "@netchecker/runtime/log";
import { type Redis, sayRedisError, subscribe } from "@netchecker/runtime/redis";
import { LogThrottle } from "../core/log-throttle.ts";
import type { DropReason } from "@netchecker/round/round-collector";
import type { ReportHandlers, ReportSource } from "../ports.ts";
import { watchRedisHealth } from "./redis-health.ts";
import type { RedisTroubleWatch } from "./watch-redis-trouble.ts";

const LOG_EVERY_MS = 60_000;
/** How many senders the log throttle remembers. */
const MAX_SENDERS = 200;

/** Drops that are normal, and not logged: an agent was slow, or reported twice. */
const ORDINARY: ReadonlySet<DropReason> = new Set(["late", "repeated"]);

/**
 * Subscribes to the report channels. The handlers look at the head of a message and decide whether it is read. Dropped
 * messages are counted, and logged once per minute and sender.
 */
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
  const throttle = new LogThrottle(LOG_EVERY_MS, MAX_SENDERS);
  let handlers: ReportHandlers | undefined;

  const drop = (
    type: TargetType,
    head: ReportHead | null,
    fault: DropReason,
    about: { readonly why?: string; readonly chars?: number },
  ): void => {
    handlers?.dropped(fault, type);
    if (ORDINARY.has(fault)) return;
    const agent = head?.pod;
    if (!throttle.allows(`${type} ${fault} ${agent ?? ""}`, performance.now())) return;
    log.warn({ type, agent, fault, ...about }, "dropped a message on a channel for reports");
  };

  const take = (type: TargetType, text: string): void => {
    const head = peekReport(text);
    const decision = handlers?.readOrDrop(type, head, text.length) ?? null;
    if (decision === null) return;
    if ("drop" in decision) return drop(type, head, decision.drop, { chars: text.length });
    const decoded = decodeReport(type, text, decision.read);
    if (decoded.ok) handlers?.report(decoded.value);
    else drop(type, head, decoded.fault, { why: decoded.why });
  };

  subscribe(redis, Object.values(names.reports), {
    message(channel, text) {
      const type = typeOf.get(channel);
      if (type !== undefined) take(type, text);
    },
    tooLarge(channel) {
      const type = typeOf.get(channel);
      if (type !== undefined && handlers?.readOrDrop(type, null, Infinity))
        drop(type, null, "too_large", {});
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
    get maxReportChars() {
      return handlers?.maxReportChars() ?? 0;
    },
    handle: (those) => void (handlers = those),
  };
}
