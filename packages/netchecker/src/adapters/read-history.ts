import {
  type NodeMoment,
  type RedisNames,
  type TimelineEntry,
  timelineEntry,
} from "@netchecker/contract";
import type { Redis } from "@netchecker/runtime/redis";
import { nodeMoment } from "../core/history/node-lines.ts";
import { decodeEntry, decodeHead } from "../core/round-record.ts";
import type { RoundStore } from "../ports.ts";
import { decompressSmall } from "./compressed.ts";
import { throwFirstError } from "./publish-targets.ts";
import { newestIds } from "./read-rounds.ts";

/** So many rounds are asked for at once: few round trips, and little in memory. */
const ROUNDS_AT_ONCE = 100;

/** A little of each of many rounds: of each one small field is read, never the whole round. */
export function readHistory(redis: Redis, names: RedisNames) {
  /** One field of each of these rounds, some rounds at a time; rounds without it are left out. */
  async function* fields(ids: readonly string[], field: "entry" | "nodes") {
    for (let at = 0; at < ids.length; at += ROUNDS_AT_ONCE) {
      const some = ids.slice(at, at + ROUNDS_AT_ONCE);
      const pipeline = redis.pipeline();
      for (const id of some) pipeline.hgetBuffer(names.round(Number(id)), field);
      const replies = await pipeline.exec();
      throwFirstError(replies);
      yield some.map((id, index) => ({
        id: Number(id),
        stored: replies![index]![1] as Buffer | null,
      }));
    }
  }

  async function timeline(limit: number): Promise<TimelineEntry[]> {
    const [ids, full] = await Promise.all([
      newestIds(redis, names, limit),
      redis.zrange(names.fullRounds, "0", "-1"),
    ]);
    const whole = new Set(full.map(Number));
    const entries: TimelineEntry[] = [];
    for await (const some of fields(ids, "entry"))
      for (const { id, stored } of some) {
        const entry = stored === null ? await entryOfHead(id) : decodeEntry(stored.toString());
        if (entry?.kept === "all" && !whole.has(id)) entries.push({ ...entry, kept: "failures" });
        else if (entry) entries.push(entry);
      }
    return entries;
  }

  /** Of a round that was stored before rounds had an entry. */
  async function entryOfHead(id: number): Promise<TimelineEntry | null> {
    const stored = await redis.hget(names.round(id), "head");
    if (stored === null) return null;
    const { head, summary } = decodeHead(stored);
    return timelineEntry(head, summary, null);
  }

  async function nodeHistory(node: string): Promise<NodeMoment[]> {
    const moments: NodeMoment[] = [];
    for await (const some of fields(await newestIds(redis, names), "nodes"))
      for (const { id, stored } of some) {
        const moment = stored && nodeMoment(id, decompressSmall(stored), node);
        if (moment) moments.push(moment);
      }
    return moments;
  }

  return { timeline, nodeHistory } satisfies Partial<RoundStore>;
}
