import { connect } from "node:net";
import { setPriority } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { decodeTargetList, type RedisNames } from "@netchecker/contract";
import { createLog } from "@netchecker/runtime/log";
import { connectRedis, type Redis } from "@netchecker/runtime/redis";
import { anyType, KINDS, type OpenRound, sizeOf } from "./hostile-messages.ts";

export interface HostileJob {
  readonly url: string;
  readonly names: Pick<RedisNames, "lists" | "listKeys" | "reports">;
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

const WORKERS = 8;
/** Large enough that Redis should not wait for their ends, small enough for its own default limit. */
const UNFINISHED_BYTES = 90 * 2 ** 20;
const UNFINISHED = 3;

const job = JSON.parse(process.argv[2]!) as HostileJob;
setPriority(15);
const { lists, listKeys, reports } = job.names;
const channels = [...Object.values(reports), ...Object.values(lists), "netchecker:nobody"];

let seed = 7;
const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
const counts = { published: 0, refused: 0, cut: 0, bytes: 0 };
let open: OpenRound = { round: 1, list: "none", targets: 200 };
let next = 0;
let looker: Redis | undefined;

process.on("disconnect", () => process.exit());
const looking = setInterval(() => void look(), 1_000);
leaveUnfinished();
await Promise.all(Array.from({ length: WORKERS }, work));
clearInterval(looking);
process.send?.(counts);
process.disconnect?.();

async function work(): Promise<void> {
  const log = createLog("hostile", "silent");
  const redis = connectRedis(
    { host: "", url: job.url },
    { service: "ping", role: "commands", log },
  );
  redis.on("close", () => (counts.cut += 1));
  while (next < job.messages) {
    const index = next;
    next += 1;
    const forger = { random, open, agent: job.agents[index % job.agents.length]! };
    const message = KINDS[index % KINDS.length]!(sizeOf(index, random), anyType(random), forger);
    const channel = channels[Math.floor(random() * channels.length)]!;
    while (redis.status !== "ready") await sleep(50);
    try {
      await redis.publish(channel, message);
      counts.published += 1;
      counts.bytes += message.length;
    } catch {
      counts.refused += 1;
    }
  }
  redis.disconnect();
}

/** Reads what ping may read: the list of the round that is open. */
async function look(): Promise<void> {
  const log = createLog("hostile", "silent");
  looker ??= connectRedis({ host: "", url: job.url }, { service: "ping", role: "commands", log });
  if (looker.status !== "ready") return;
  const text = await looker.get(listKeys.pod).catch(() => null);
  const decoded = text === null ? null : decodeTargetList("pod", text);
  if (decoded?.ok) {
    const { round, list, check } = decoded.value;
    open = { round, list, targets: check.length };
  }
}

/** Messages that begin, and never end. */
function leaveUnfinished(): void {
  const { hostname: host, port, username, password } = new URL(job.url);
  const login = username === "" ? "" : `AUTH ${username} ${password}\r\n`;
  const channel = reports.pod;
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
