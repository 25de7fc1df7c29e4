import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { createZstdCompress, zstdCompress, zstdDecompress } from "node:zlib";
import type { Finding, RedisNames, RoundHead } from "@netchecker/contract";
import type { Redis } from "@netchecker/runtime/redis";
import type { ClosedRound } from "../core/closed-round.ts";
import { decodeMemory, type FindingsMemory } from "../core/conclude/conclude.ts";
import { decodeFindings, decodeHead, decodeRound, encodeRound } from "../core/round-record.ts";
import type { OpenRound, RoundFindings, RoundStore, StoredRoundHead } from "../ports.ts";
import { throwFirstError } from "./publish-targets.ts";

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** A round that is stored late must not mark the one that is open by then as closed. */
const CLOSE = `
local open = redis.call("GET", KEYS[1])
if open and cjson.decode(open).id == tonumber(ARGV[1]) then redis.call("DEL", KEYS[1]) end
return 0`;

/** Parts one after the other, without making one large part of them first. */
function compressAll(parts: readonly Uint8Array[]): Promise<Buffer> {
  return buffer(Readable.from(parts, { objectMode: true }).pipe(createZstdCompress()));
}

async function text(compressed: Buffer): Promise<string> {
  return (await decompress(compressed)).toString();
}

export interface HistorySettings {
  /** How many rounds keep every outcome. */
  readonly fullRounds: number;
  /** How many rounds keep summary, missing agents and failures. */
  readonly rounds: number;
}

/**
 * The history in Redis: a hash a round, and two sorted sets that say which rounds there are. Each of
 * them is bounded by `settings`, whatever the ids are.
 */
export function createRoundStore(
  redis: Redis,
  names: RedisNames,
  settings: HistorySettings,
): RoundStore {
  async function save(closed: ClosedRound, memory: FindingsMemory): Promise<void> {
    const { id } = closed.head;
    const record = encodeRound(closed);
    const [plan, findings, failures, extras, columns] = await Promise.all([
      compress(record.plan),
      compress(record.findings),
      compress(record.failures),
      compress(record.extras),
      compressAll(record.columns),
    ]);
    const transaction = redis
      .multi()
      .hset(names.round(id), { head: record.head, plan, findings, failures, columns, extras })
      .set(names.findings, JSON.stringify(memory))
      .zadd(names.rounds, id, id)
      .zadd(names.fullRounds, id, id)
      .eval(CLOSE, 1, names.openRound, id);
    throwFirstError(await transaction.exec());
    await prune();
  }

  /** By rank, so that a save which was cut off before its pruning is made up for by the next. */
  async function prune(): Promise<void> {
    const [slim, gone] = await Promise.all([
      redis.zrange(names.fullRounds, "0", String(-settings.fullRounds - 1)),
      redis.zrange(names.rounds, "0", String(-settings.rounds - 1)),
    ]);
    if (slim.length + gone.length === 0) return;
    const transaction = redis.multi();
    for (const id of slim) {
      transaction.hdel(names.round(Number(id)), "columns", "extras");
      transaction.zrem(names.fullRounds, id);
    }
    for (const id of gone) {
      transaction.del(names.round(Number(id)));
      transaction.zrem(names.rounds, id).zrem(names.fullRounds, id);
    }
    throwFirstError(await transaction.exec());
  }

  async function saveHead(roundHead: RoundHead): Promise<void> {
    const stored: StoredRoundHead = { head: { ...roundHead, stored: true }, summary: null };
    const transaction = redis
      .multi()
      .hset(names.round(roundHead.id), { head: JSON.stringify(stored) })
      .zadd(names.rounds, roundHead.id, roundHead.id)
      .eval(CLOSE, 1, names.openRound, roundHead.id);
    throwFirstError(await transaction.exec());
    await prune();
  }

  async function heads(limit: number, before?: number): Promise<StoredRoundHead[]> {
    const ids = await redis.zrange(
      names.rounds,
      before === undefined ? "+inf" : `(${before}`,
      "-inf",
      "BYSCORE",
      "REV",
      "LIMIT",
      0,
      limit,
    );
    const found = await Promise.all(ids.map((id) => head(Number(id))));
    return found.filter((each) => each !== null);
  }

  async function head(id: number): Promise<StoredRoundHead | null> {
    const key = names.round(id);
    const [stored, whole] = await Promise.all([
      redis.hget(key, "head"),
      redis.hexists(key, "columns"),
    ]);
    if (stored === null) return null;
    const known = decodeHead(stored);
    if (known.head.kept === "all" && !whole)
      return { ...known, head: { ...known.head, kept: "failures" } };
    return known;
  }

  async function round(id: number): Promise<ClosedRound | null> {
    const stored = await redis.hgetallBuffer(names.round(id));
    const { plan, findings, failures, columns, extras } = stored;
    if (!stored["head"] || !plan || !failures) return null;
    return decodeRound({
      head: stored["head"].toString(),
      plan: await text(plan),
      findings: findings ? await text(findings) : "[]",
      failures: await text(failures),
      ...(columns && extras && { columns: await decompress(columns), extras: await text(extras) }),
    });
  }

  async function recentFindings(limit: number): Promise<RoundFindings[]> {
    const ids = await redis.zrange(
      names.rounds,
      "+inf",
      "-inf",
      "BYSCORE",
      "REV",
      "LIMIT",
      0,
      limit,
    );
    const found: RoundFindings[] = [];
    for (const id of ids) {
      const [storedHead, stored] = await redis.hmgetBuffer(
        names.round(Number(id)),
        "head",
        "findings",
      );
      if (storedHead && stored)
        found.push({
          head: decodeHead(storedHead.toString()).head,
          findings: decodeFindings(await text(stored)),
        });
    }
    return found;
  }

  async function findingsOf(id: number): Promise<readonly Finding[]> {
    const stored = await redis.hgetBuffer(names.round(id), "findings");
    return stored === null ? [] : decodeFindings(await text(stored));
  }

  async function storedMemory(): Promise<FindingsMemory | null> {
    const stored = await redis.get(names.findings);
    return stored === null ? null : decodeMemory(stored);
  }

  async function lastClosed(): Promise<ClosedRound | null> {
    for (let before: number | undefined; ;) {
      const page = await heads(20, before);
      const closed = page.find((each) => each.head.state === "closed");
      if (closed) return round(closed.head.id);
      const oldest = page.at(-1);
      if (!oldest) return null;
      before = oldest.head.id;
    }
  }

  async function openRound(): Promise<OpenRound | null> {
    const stored = await redis.get(names.openRound);
    return stored === null ? null : (JSON.parse(stored) as OpenRound);
  }

  return {
    save,
    saveHead,
    heads,
    head,
    round,
    lastClosed,
    findings: recentFindings,
    findingsOf,
    memory: storedMemory,
    openRound,
  };
}
