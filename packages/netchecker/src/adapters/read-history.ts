import {
  type NodeMoment,
  type RedisNames,
  type TimelineEntry,
  timelineEntry,
} from "@netchecker/contract";
import type { Redis } from "@netchecker/runtime/redis";
import { requireKnownVersion, UnreadableRecordError } from "@netchecker/round/record-version";
import { nodeMoment } from "../core/history/node-lines.ts";
import { decodeEntry, decodeHead } from "../core/round-record.ts";
import type { RoundStore } from "../ports.ts";
import { decompressSmall } from "./compressed.ts";
import { newestIds, VERSION_FIELD, versionOf } from "./read-rounds.ts";
import type { UnreadableRecords } from "./unreadable-records.ts";

/** How many rounds are read with one request. This keeps round trips few and memory small. */
const ROUNDS_AT_ONCE = 100;

/**
 * Reads one small field of each of many rounds, never whole rounds. A round that cannot be read is left out.
 */
export function readHistory(redis: Redis, names: RedisNames, unreadable: UnreadableRecords) {
  /** Reads one field of each of these rounds, some rounds at a time. `stored` throws if a field cannot be read. */
  async function* fields(ids: readonly string[], field: "entry" | "nodes") {
    for (let at = 0; at < ids.length; at += ROUNDS_AT_ONCE) {
      const some = ids.slice(at, at + ROUNDS_AT_ONCE);
      const pipeline = redis.pipeline();
      for (const id of some) pipeline.hmgetBuffer(names.round(Number(id)), field, VERSION_FIELD);
      const replies = await pipeline.exec();
      if (replies === null) throw new Error("Redis did not carry the pipeline out");
      yield some.map((id, index) => ({
        id: Number(id),
        stored: () => {
          const [error, reply] = replies[index]!;
          if (error) throw error;
          const [stored, version] = reply as (Buffer | null)[];
          requireKnownVersion(versionOf(version));
          return stored ?? null;
        },
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
        const entry = await unreadable.orNull(id, () => {
          const text = stored()?.toString();
          return text === undefined ? entryOfHead(id) : entryOf(id, text);
        });
        if (entry?.kept === "all" && !whole.has(id)) entries.push({ ...entry, kept: "failures" });
        else if (entry) entries.push(entry);
      }
    return entries;
  }

  /** Makes the entry of a round that was stored before rounds had entries. */
  async function entryOfHead(id: number): Promise<TimelineEntry | null> {
    const stored = await redis.hget(names.round(id), "head");
    if (stored === null) return null;
    const { head, summary } = decodeHead(stored);
    // A measured round is not finished, so the timeline does not show it.
    if (head.state === "measured") return null;
    return timelineEntry(head, summary, null);
  }

  async function nodeHistory(node: string): Promise<NodeMoment[]> {
    const moments: NodeMoment[] = [];
    for await (const some of fields(await newestIds(redis, names), "nodes"))
      for (const { id, stored } of some) {
        const moment = await unreadable.orNull(id, () => {
          const lines = stored();
          return lines && nodeMoment(id, decompressSmall(lines), node);
        });
        if (moment) moments.push(moment);
      }
    return moments;
  }

  return { timeline, nodeHistory } satisfies Partial<RoundStore>;
}

function entryOf(id: number, text: string): TimelineEntry {
  const entry = decodeEntry(text);
  if (entry.id !== id) throw new UnreadableRecordError("an entry is of another round");
  return entry;
}
