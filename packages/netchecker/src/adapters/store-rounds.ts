import type { RedisNames, RoundHead } from "@netchecker/contract";
import type { Log } from "@netchecker/runtime/log";
import { type Redis, sayRedisError } from "@netchecker/runtime/redis";
import type { ClosedRound } from "@netchecker/round/closed-round";
import type { FindingsMemory } from "@netchecker/conclude";
import { LeaseLostError } from "../core/lease-lost.ts";
import { RECORD_VERSION } from "@netchecker/round/record-version";
import {
  encodeConcluded,
  encodeHead,
  encodeMeasured,
  encodeMeasuredHead,
} from "../core/round-record.ts";
import type { Lease, RoundStore, Saved } from "../ports.ts";
import { driveSteps } from "../drive-steps.ts";
import { compress, compressAll } from "./compressed.ts";
import { giveRoundId } from "./give-round-id.ts";
import { readHistory } from "./read-history.ts";
import { readRounds, VERSION_FIELD } from "./read-rounds.ts";
import {
  BEGIN_CONCLUDING,
  MEND,
  PRUNE,
  WRITE_MEMORY,
  WRITE_ROUND,
  type WriteMode,
} from "./round-scripts.ts";
import { type UnreadableCounts, UnreadableRecords } from "./unreadable-records.ts";
import type { RedisTroubleWatch } from "./watch-redis-trouble.ts";
import { writeFenced } from "./write-fenced.ts";

/** So many rounds are taken away at once: Redis does nothing else meanwhile. */
const PRUNED_AT_ONCE = 100;
/** So many rounds that were asked for are kept beside the others, and so many of them with every outcome. */
const REQUESTED_ROUNDS = 20;
const REQUESTED_FULL_ROUNDS = 5;

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
  lease: Pick<Lease, "fence">,
  settings: HistorySettings,
  { log, trouble }: StoreSurroundings = {},
): RoundStore & { readonly unreadable: () => UnreadableCounts } {
  const unreadable = new UnreadableRecords(log);
  const write = writeFenced(redis, names, lease);
  const reads = readRounds(redis, names, unreadable);

  /** Tells `trouble` how it went. */
  async function told<T>(deed: Promise<T>): Promise<T> {
    try {
      const done = await deed;
      trouble?.worked("store");
      return done;
    } catch (error) {
      if (!(error instanceof LeaseLostError)) trouble?.failed(error, "store");
      throw error;
    }
  }

  /** What is too old goes first: a Redis that is full takes no round before. */
  async function writeRound(
    { id, state, requested }: RoundHead,
    mode: WriteMode,
    fields: Readonly<Record<string, string | Buffer>>,
    memory: FindingsMemory | null = null,
  ): Promise<Saved | "incomplete"> {
    await pruneQuietly();
    const reply = await write({
      body: WRITE_ROUND,
      keys: [
        names.round(id),
        names.rounds,
        names.fullRounds,
        names.openRound,
        names.findings,
        names.requestedRounds,
      ],
      args: [
        id,
        mode,
        mode === "measured" ? "measured" : state,
        memory === null ? "" : JSON.stringify(memory),
        requested ? 1 : 0,
        ...Object.entries({ [VERSION_FIELD]: String(RECORD_VERSION), ...fields }).flat(),
      ],
    });
    if (reply === "mended") await mend();
    await pruneQuietly();
    return reply === "mended" ? "stored" : (reply as Saved | "incomplete");
  }

  async function saveMeasured(round: ClosedRound): Promise<Saved> {
    const fields = {
      head: encodeMeasuredHead(round),
      begun: "1",
      ...(await measuredFields(round)),
    };
    return (await writeRound(round.head, "measured", fields)) as Saved;
  }

  async function save(round: ClosedRound, memory: FindingsMemory | null): Promise<Saved> {
    const { findings, ...concluded } = encodeConcluded(round);
    const added = { ...concluded, findings: await compress(findings) };
    const saved = await writeRound(round.head, "concluded", added, memory);
    if (saved !== "incomplete") return saved;
    const whole = { ...added, ...(await measuredFields(round)) };
    return (await writeRound(round.head, "closed", whole, memory)) as Saved;
  }

  async function saveHead(head: RoundHead): Promise<Saved> {
    return (await writeRound(head, "head", encodeHead(head))) as Saved;
  }

  async function saveMemory(memory: FindingsMemory): Promise<void> {
    await write({ body: WRITE_MEMORY, keys: [names.findings], args: [JSON.stringify(memory)] });
  }

  async function prune(): Promise<void> {
    for (;;) {
      const taken = await write({
        body: PRUNE,
        keys: [names.rounds, names.fullRounds, names.requestedRounds],
        args: [
          roundPrefix(names),
          settings.fullRounds,
          settings.rounds,
          PRUNED_AT_ONCE,
          REQUESTED_FULL_ROUNDS,
          REQUESTED_ROUNDS,
        ],
      });
      if (Number(taken) < PRUNED_AT_ONCE) return;
    }
  }

  /** That nothing could be taken away must not keep a round from being stored. */
  async function pruneQuietly(): Promise<void> {
    await prune().catch((error: unknown) => {
      if (error instanceof LeaseLostError) throw error;
      log?.warn({ err: sayRedisError(error) }, "could not take away what is older than is kept");
    });
  }

  async function mend(above = 0): Promise<void> {
    const last = await redis.get(names.roundId).catch(() => null);
    const highest = Math.max(above, Number.isSafeInteger(Number(last)) ? Number(last) : 0);
    const mended = await write({
      body: MEND,
      keys: [
        names.rounds,
        names.fullRounds,
        names.openRound,
        names.findings,
        names.roundId,
        names.requestedRounds,
      ],
      args: [roundPrefix(names), highest, 2 * settings.rounds],
    });
    for (const key of mended as string[]) {
      unreadable.note(key);
      log?.warn({ key }, "took away what was of another kind than it should be");
    }
  }

  async function nextId(above: number): Promise<number> {
    return giveRoundId(write, names, above, () => unreadable.note(names.roundId));
  }

  async function beginConcluding(id: number): Promise<void> {
    await write({ body: BEGIN_CONCLUDING, keys: [names.round(id)], args: [] });
  }

  return {
    saveMeasured: (round) => told(saveMeasured(round)),
    save: (closed, memory) => told(save(closed, memory)),
    saveHead: (head) => told(saveHead(head)),
    saveMemory: (memory) => told(saveMemory(memory)),
    prune,
    mend,
    nextId,
    beginConcluding,
    ...reads,
    ...readHistory(redis, names, unreadable),
    unreadable: () => unreadable.counts,
  };
}

/** What the key of each round begins with. */
function roundPrefix(names: RedisNames): string {
  return names.round(0).slice(0, -1);
}

async function measuredFields(round: ClosedRound): Promise<Readonly<Record<string, Buffer>>> {
  const { nodes, plan, failures, extras, columns } = await driveSteps(encodeMeasured(round));
  const [nodesPacked, planPacked, failuresPacked, extrasPacked, columnsPacked] = await Promise.all([
    compress(nodes),
    compress(plan),
    compressAll(failures),
    compressAll(extras),
    compressAll(columns),
  ]);
  return {
    nodes: nodesPacked,
    plan: planPacked,
    failures: failuresPacked,
    extras: extrasPacked,
    columns: columnsPacked,
  };
}
