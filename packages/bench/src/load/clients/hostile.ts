import { connect } from "node:net";
import { setPriority } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import {
  decodeTargetList,
  redisNames,
  type Report,
  TARGET_TYPES,
  type TargetList,
} from "@netchecker/contract";
import { hostileMessages } from "@netchecker/testbed/services/hostile-messages";
import { createLog } from "@netchecker/runtime/log";
import { connectRedis, type Redis } from "@netchecker/runtime/redis";
import { drawColumns } from "../bed/agent-outcomes.ts";

export interface HostileJob {
  readonly url: string;
  readonly messages: number;
  /** The agents in whose names reports are forged. */
  readonly agents: readonly { readonly pod: string; readonly node: string }[];
}

export interface HostileReport {
  readonly published: number;
  /** Messages that Redis refused because the sender has no right or the message is too large. */
  readonly refused: number;
  /** How many connections Redis closed or lost. */
  readonly cut: number;
  readonly bytes: number;
}

const WORKERS = 4;
const MIB = 2 ** 20;
/** Most messages are small. Every 100th and every 2,000th may be larger. 64 MiB is the most that anybody would try. */
const SIZES = [
  { every: 2_000, mostBytes: 64 * MIB },
  { every: 100, mostBytes: MIB },
  { every: 1, mostBytes: 16 * 1_024 },
] as const;
/** Redis' defaults allow a message of this size, so Redis would wait for its end. */
const UNFINISHED_BYTES = 90 * MIB;
const UNFINISHED_MESSAGES = 3;

const job = JSON.parse(process.argv[2]!) as HostileJob;
setPriority(15);
const names = redisNames("netchecker:");
const counts = { published: 0, refused: 0, cut: 0, bytes: 0 };
/** The lists of the open round, read anew each second, and the reports forged from them. */
const lists: TargetList[] = [];
const reports: Report[] = [];
const draws = SIZES.map(({ every, mostBytes }, seed) => {
  const settings = { seed, names, mostBytes, onto: ["lists", "reports"] as const, reports, lists };
  return { every, messages: hostileMessages(settings, job.messages) };
});
let next = 0;

process.on("disconnect", () => process.exit());
const listener = connection();
const listening = setInterval(() => void readLists(listener), 1_000);
leaveUnfinished();
await Promise.all(Array.from({ length: WORKERS }, work));
clearInterval(listening);
listener.disconnect();
process.send?.(counts);
process.disconnect?.();

function connection(): Redis {
  const log = createLog("hostile", "silent");
  return connectRedis({ host: "", url: job.url }, { service: "ping", role: "commands", log });
}

async function work(): Promise<void> {
  const redis = connection();
  redis.on("close", () => (counts.cut += 1));
  while (next < job.messages) {
    next += 1;
    const message = draws.find(({ every }) => next % every === 0)!.messages.next().value!;
    while (redis.status !== "ready") await sleep(50);
    try {
      await redis.publish(message.channel, message.text);
      counts.published += 1;
      counts.bytes += message.text.length;
    } catch {
      counts.refused += 1;
    }
  }
  redis.disconnect();
}

/** Reads the lists, as ping may, and forges reports that look genuine. */
async function readLists(redis: Redis): Promise<void> {
  if (redis.status !== "ready") return;
  for (const type of TARGET_TYPES) {
    const text = await redis.get(names.listKeys[type]).catch(() => null);
    const decoded = text === null ? null : decodeTargetList(type, text);
    if (decoded?.ok) lists.push(decoded.value);
  }
  lists.splice(0, lists.length - TARGET_TYPES.length);
  reports.splice(
    0,
    reports.length,
    ...lists.flatMap((list) => job.agents.map((of) => forge(list, of))),
  );
}

function forge(list: TargetList, agent: HostileJob["agents"][number]): Report {
  return {
    v: 1,
    type: list.type,
    round: list.round,
    list: list.list,
    agent: { ...agent, ip: "10.1.0.1" },
    tookMs: 1,
    prober: { loopDelayP99Ms: 1, throttledMs: 0, starved: false },
    ...drawColumns(list, "all-fail", Math.random),
  };
}

/** Sends messages that begin and never end. */
function leaveUnfinished(): void {
  const { hostname: host, port, username, password } = new URL(job.url);
  const login = username === "" ? "" : `AUTH ${username} ${password}\r\n`;
  const channel = names.reports.pod;
  const head = `*3\r\n$7\r\nPUBLISH\r\n$${channel.length}\r\n${channel}\r\n$${UNFINISHED_BYTES + 1}\r\n`;
  for (let count = 0; count < UNFINISHED_MESSAGES; count += 1) {
    const socket = connect({ host, port: Number(port) });
    socket.on("error", () => {});
    socket.on("close", () => (counts.cut += 1));
    socket.write(login + head);
    socket.write(Buffer.alloc(UNFINISHED_BYTES, 97));
    socket.unref();
  }
}
