import { setTimeout as sleep } from "node:timers/promises";
import type { RedisNames } from "@netchecker/contract";
import { connectAnew, type Redis, sayRedisError } from "@netchecker/runtime/redis";
import type { AgentTally } from "../core/agent-tally.ts";
import type { Log, PublishReport } from "../ports.ts";

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 1_000;

/** The first report may come a moment before netchecker has subscribed again. */
const UNHEARD_BEFORE_RECONNECT = 2;

/**
 * Publishes reports on the channel of their type. It tries again while Redis is away or nobody
 * listens. If nobody listens, netchecker may be on another server by now: after a failover the
 * address leads to a new primary, but old connections do not. So the agent then reconnects.
 */
export function createPublisher(
  commands: Redis,
  names: RedisNames,
  log: Log,
  tally: AgentTally,
): PublishReport {
  const renew = (channel: string) => {
    if (connectAnew(commands)) log.warn({ channel }, "nobody hears the report; connects anew");
  };
  return async (report, signal) => {
    const channel = names.reports[report.type];
    const text = JSON.stringify(report);
    let unheard = 0;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
      try {
        const heard = (await commands.publish(channel, text)) > 0;
        tally.published(heard ? "heard" : "unheard");
        if (heard) return true;
        unheard += 1;
        if (unheard >= UNHEARD_BEFORE_RECONNECT) renew(channel);
      } catch (error) {
        tally.published("failed");
        log.debug({ channel, why: sayRedisError(error) }, "could not publish");
      }
      try {
        await sleep(pauseMs, undefined, { signal });
      } catch {
        return false;
      }
    }
  };
}
