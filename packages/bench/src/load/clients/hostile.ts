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
  /** Whom forged reports are said to be of. */
  readonly agents: readonly { readonly pod: string; readonly node: string }[];
}

export interface HostileReport {
  readonly published: number;
  /** By Redis: no right, too large. */
  readonly refused: number;
  /** Connections that Redis closed, or that broke. */
  readonly cut: number;
  readonly bytes: number;
}

const WORKERS = 4;
const MIB = 2 ** 20;
/** Most messages are small; each so many-th may be so large, the largest that anybody would try. */
const SIZES = [
  { each: 2_000, mostBytes: 64 * MIB },
  { each: 100, mostBytes: MIB },
  { each: 1, mostBytes: 16 * 1_024 },
] as const;
/** So large that Redis should not wait for the end, and allowed by its own defaults. */
const UNFINISHED_BYTES = 90 * MIB;
const UNFINISHED = 3;

const job = JSON.parse(process.argv[2]!) as HostileJob;
setPriority(15);
const names = redisNames("netchecker:");
const counts = { published: 0, refused: 0, cut: 0, bytes: 0 };
/** Of the round that is open, read again and again. */
const lists: TargetList[] = [];
const reports: Report[] = [];
const draws = SIZES.map(({ each, mostBytes }, seed) => {
  const settings = { seed, names, mostBytes, onto: ["lists", "reports"] as const, reports, lists };
  return { each, messages: hostileMessages(settings, job.messages) };
});
let next = 0;

process.on("disconnect", () => process.exit());
const looker = connection();
const looking = setInterval(() => void overhear(looker), 1_000);
leaveUnfinished();
await Promise.all(Array.from({ length: WORKERS }, work));
clearInterval(looking);
looker.disconnect();
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
    const message = draws.find(({ each }) => next % each === 0)!.messages.next().value!;
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

/** Reads what ping may read, and makes reports of it that could be genuine. */
async function overhear(redis: Redis): Promise<void> {
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

/** Messages that begin, and never end. */
function leaveUnfinished(): void {
  const { hostname: host, port, username, password } = new URL(job.url);
  const login = username === "" ? "" : `AUTH ${username} ${password}\r\n`;
  const channel = names.reports.pod;
  const head = `*3\r\n$7\r\nPUBLISH\r\n$${channel.length}\r\n${channel}\r\n$${UNFINISHED_BYTES + 1}\r\n`;
  for (let count = 0; count < UNFINISHED; count += 1) {
    const socket = connect({ host, port: Number(port) });
    socket.on("error", () => {});
    socket.on("close", () => (counts.cut += 1));
    socket.write(login + head);
    socket.write(Buffer.alloc(UNFINISHED_BYTES, 97));
    socket.unref();
  }
}
