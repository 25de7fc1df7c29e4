import { decodeTargetList, redisNames, TARGET_TYPES, type TargetList } from "@netchecker/contract";
import { createLog } from "@netchecker/runtime/log";
import { connectRedis, subscribe } from "@netchecker/runtime/redis";
import { drawColumns, type Pattern } from "./agent-outcomes.ts";

/**
 * This process simulates agents. They use the real messages and probe nothing. Each agent answers each list once, with
 * drawn outcomes. The answers are spread over `SPREAD_MS`. The parent process sets the pattern of the outcomes.
 */
const { REDIS_URL = "", AGENTS = "[]", SPREAD_MS = "1500" } = process.env;
const agents = JSON.parse(AGENTS) as { pod: string; node: string }[];
const names = redisNames("netchecker:");
const log = createLog("agents", "silent");
const address = { host: "", url: REDIS_URL };
const subscriber = connectRedis(address, { service: "agents", role: "subscriber", log });
const publishers = Array.from({ length: Math.min(agents.length, 20) }, () =>
  connectRedis(address, { service: "agents", role: "commands", log }),
);
let seed = 1;
const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
let pattern: Pattern = "healthy";
process.on("message", (message) => {
  ({ pattern } = message as { pattern: Pattern });
});
process.on("disconnect", () => process.exit());

subscribe(subscriber, Object.values(names.lists), {
  subscribed: () => process.send?.({ ready: true }),
  message(channel, text) {
    const type = TARGET_TYPES.find((each) => names.lists[each] === channel)!;
    const decoded = decodeTargetList(type, text);
    if (decoded.ok)
      agents.forEach((_, index) => setTimeout(report, wait(index), decoded.value, index));
  },
});

/** How many reports were sent, by round. */
const sent = new Map<number, number>();

/** Tells the parent when all reports of a round are sent. A report that is missing after that was lost elsewhere. */
function countSent(round: number): void {
  const count = (sent.get(round) ?? 0) + 1;
  sent.set(round, count);
  if (count === agents.length * TARGET_TYPES.length) process.send?.({ round, sentAt: Date.now() });
}

const wait = (index: number) => (Number(SPREAD_MS) * (index + random())) / agents.length;

function report(list: TargetList, index: number): void {
  const text = JSON.stringify({
    v: 1,
    type: list.type,
    round: list.round,
    list: list.list,
    agent: { ...agents[index]!, ip: `10.1.${index >> 8}.${index & 255}` },
    tookMs: 900,
    prober: { loopDelayP99Ms: 2, throttledMs: 0, starved: false },
    ...drawColumns(list, pattern, random),
  });
  publishers[index % publishers.length]!.publish(names.reports[list.type], text).then(
    () => countSent(list.round),
    // Redis may be away. Then this report is lost, like the report of an agent that died.
    () => {},
  );
}
