import { setTimeout as sleep } from "node:timers/promises";
import type { RedisNames } from "@netchecker/contract";
import type { Redis } from "@netchecker/runtime/redis";
import type { AgentTally } from "../core/agent-tally.ts";
import type { Log, PublishReport } from "../ports.ts";

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 1_000;

/** Publishes reports on their type's channel, again and again while Redis is away or nobody listens. */
export function createPublisher(
  commands: Redis,
  names: RedisNames,
  log: Log,
  tally: AgentTally,
): PublishReport {
  return async (report, signal) => {
    const channel = names.reports[report.type];
    const text = JSON.stringify(report);
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        const heard = (await commands.publish(channel, text)) > 0;
        tally.published(heard ? "heard" : "unheard");
        if (heard) return true;
      } catch (error) {
        tally.published("failed");
        log.debug({ channel, err: (error as Error).message }, "could not publish");
      }
      try {
        await sleep(pauseMs, undefined, { signal });
      } catch {
        return false;
      }
    }
  };
}
