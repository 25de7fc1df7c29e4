import type { RedisNames, RoundHead } from "@netchecker/contract";
import type { Log } from "@netchecker/runtime/log";
import type { Redis } from "@netchecker/runtime/redis";
import type { ClosedRound } from "../core/closed-round.ts";
import type { FindingsMemory } from "../core/conclude/conclude.ts";
import { RECORD_VERSION } from "../core/record-version.ts";
import { encodeHead, encodeRound } from "../core/round-record.ts";
import type { RoundStore } from "../ports.ts";
import { compress, compressAll } from "./compressed.ts";
import { throwFirstError } from "./publish-targets.ts";
import { readHistory } from "./read-history.ts";
import { readRounds, VERSION_FIELD } from "./read-rounds.ts";
import { type UnreadableCounts, UnreadableRecords } from "./unreadable-records.ts";
import type { RedisTroubleWatch } from "./watch-redis-trouble.ts";

/**
 * A round that is stored late must not mark the one that is open by then as closed. What is no open round is
 * taken away: it must not keep rounds from being stored.
 */
const CLOSE = `
local stored = redis.call("GET", KEYS[1])
if not stored then return 0 end
local read, open = pcall(cjson.decode, stored)
if not read or type(open) ~= "table" or open.id == tonumber(ARGV[1]) then redis.call("DEL", KEYS[1]) end
return 0`;

export interface HistorySettings {
  /** How many rounds keep every outcome. */
  readonly fullRounds: number;
  /** How many rounds keep summary, missing agents, failures, and a few numbers of each node. */
  readonly rounds: number;
}

/** Who is told what befalls the history. */
export interface StoreSurroundings {
  readonly log?: Log;
  readonly trouble?: RedisTroubleWatch;
}

/**
 * The history in Redis: a hash a round, and two sorted sets that say which rounds there are. Each of
 * them is bounded by `settings`, whatever the ids are. `log` is told of records that cannot be read.
 */
export function createRoundStore(
  redis: Redis,
  names: RedisNames,
  settings: HistorySettings,
  { log, trouble }: StoreSurroundings = {},
): RoundStore & { readonly unreadable: () => UnreadableCounts } {
  const unreadable = new UnreadableRecords(log);

  /** Tells `trouble` how it went. */
  async function told(deed: Promise<void>): Promise<void> {
    try {
      await deed;
      trouble?.worked("store");
    } catch (error) {
      trouble?.failed(error, "store");
      throw error;
    }
  }

  async function save(closed: ClosedRound, memory: FindingsMemory): Promise<void> {
    const { id } = closed.head;
    const { head, entry, ...record } = encodeRound(closed);
    const [nodes, plan, findings, failures, extras, columns] = await Promise.all([
      compress(record.nodes),
      compress(record.plan),
      compress(record.findings),
      compress(record.failures),
      compress(record.extras),
      compressAll(record.columns),
    ]);
    const transaction = redis
      .multi()
      .hset(names.round(id), {
        [VERSION_FIELD]: RECORD_VERSION,
        head,
        entry,
        nodes,
        plan,
        findings,
        failures,
        columns,
        extras,
      })
      .set(names.findings, JSON.stringify(memory))
      .zadd(names.rounds, id, id)
      .zadd(names.fullRounds, id, id)
      .eval(CLOSE, 1, names.openRound, id);
    throwFirstError(await transaction.exec());
    await prune();
  }

  async function saveMemory(memory: FindingsMemory): Promise<void> {
    await redis.set(names.findings, JSON.stringify(memory));
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
    const { head, entry } = encodeHead(roundHead);
    const transaction = redis
      .multi()
      .hset(names.round(roundHead.id), { [VERSION_FIELD]: RECORD_VERSION, head, entry })
      .zadd(names.rounds, roundHead.id, roundHead.id)
      .eval(CLOSE, 1, names.openRound, roundHead.id);
    throwFirstError(await transaction.exec());
    await prune();
  }

  return {
    save: (closed, memory) => told(save(closed, memory)),
    saveHead: (head) => told(saveHead(head)),
    saveMemory: (memory) => told(saveMemory(memory)),
    ...readRounds(redis, names, unreadable),
    ...readHistory(redis, names, unreadable),
    unreadable: () => unreadable.counts,
  };
}
