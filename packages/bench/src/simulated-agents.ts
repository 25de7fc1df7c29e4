import {
  decodeTargetList,
  type Outcome,
  redisNames,
  TARGET_TYPES,
  toColumns,
} from "@netchecker/contract";
import { createLog } from "@netchecker/runtime/log";
import { connectRedis, subscribe } from "@netchecker/runtime/redis";

/**
 * A process of its own: agents that speak the real wire and probe nothing. They answer each list after
 * a moment, spread over `SPREAD_MS` as real agents are. It tells its parent when the last report of a round is out.
 */
const { REDIS = "", AGENTS = "[]", SPREAD_MS = "1000" } = process.env;
const agents = JSON.parse(AGENTS) as { pod: string; node: string }[];
const names = redisNames("netchecker:");
const log = createLog("simulated-agents", "warn");
const subscriber = connectRedis({ host: REDIS }, { service: "agents", role: "subscriber", log });
const publishers = Array.from({ length: 20 }, () =>
  connectRedis({ host: REDIS }, { service: "agents", role: "commands", log }),
);

let seed = 1;
const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;

/** Mostly fine, some broken: latencies that do not compress better than real ones. */
function outcome(): Outcome {
  return random() < 0.999
    ? { reason: "ok", latencyMs: 0.2 + random() * 5, attempts: 1 }
    : { reason: "connect_timeout", latencyMs: null, attempts: 3 };
}

const left = new Map<number, number>();

subscribe(subscriber, Object.values(names.lists), {
  subscribed: () => process.send?.({ ready: true }),
  message(channel, text) {
    const type = TARGET_TYPES.find((each) => names.lists[each] === channel)!;
    const decoded = decodeTargetList(type, text);
    if (!decoded.ok) throw new Error(decoded.why);
    const list = decoded.value;
    // A few different sets of columns stand for all agents: making a million outcomes is not what is measured.
    const columns = Array.from({ length: 16 }, () => toColumns(list.check.map(outcome)));
    left.set(list.round, (left.get(list.round) ?? 0) + agents.length);
    agents.forEach((agent, index) => {
      const report = {
        v: 1,
        type,
        round: list.round,
        list: list.list,
        agent: { ...agent, ip: "10.1.0.1" },
        tookMs: 900,
        prober: { loopDelayP99Ms: 2, throttledMs: 0, starved: false },
        ...columns[index % columns.length],
      };
      setTimeout(
        async () => {
          await publishers[index % publishers.length]!.publish(
            names.reports[type],
            JSON.stringify(report),
          );
          left.set(list.round, left.get(list.round)! - 1);
          if (left.get(list.round) === 0)
            process.send?.({
              round: list.round,
              lastReportAt: Date.now(),
              bytes: JSON.stringify(report).length,
            });
        },
        (Number(SPREAD_MS) * index) / agents.length,
      );
    });
  },
});

process.on("disconnect", () => process.exit());
