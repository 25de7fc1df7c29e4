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

/** How many rounds one script removes. Redis does nothing else while a script runs. */
const MAX_PRUNED_AT_ONCE = 100;
/** How many requested rounds are kept, in addition to the scheduled ones. */
const MAX_REQUESTED_ROUNDS = 20;
/** How many of them keep every outcome. */
const MAX_REQUESTED_FULL_ROUNDS = 5;

export interface HistorySettings {
  /** How many rounds keep every outcome. */
  readonly fullRounds: number;
  /** How many rounds keep summary, missing agents, failures, and a few numbers of each node. */
  readonly rounds: number;
}

/** What the store tells about its work. */
export interface StoreSurroundings {
  readonly log?: Log;
  readonly trouble?: RedisTroubleWatch;
}

/**
 * The history in Redis: a hash for each round, and sorted sets of the rounds' ids. Their sizes are bounded by
 * `settings`, whatever the ids are. The log says which records cannot be read.
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

  /** Tells `trouble` whether a write worked. */
  async function noteOutcome<T>(work: Promise<T>): Promise<T> {
    try {
      const done = await work;
      trouble?.worked("store");
      return done;
    } catch (error) {
      if (!(error instanceof LeaseLostError)) trouble?.failed(error, "store");
      throw error;
    }
  }

  /** Prunes before it writes, because a full Redis accepts no round otherwise. */
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
      const removed = await write({
        body: PRUNE,
        keys: [names.rounds, names.fullRounds, names.requestedRounds],
        args: [
          roundPrefix(names),
          settings.fullRounds,
          settings.rounds,
          MAX_PRUNED_AT_ONCE,
          MAX_REQUESTED_FULL_ROUNDS,
          MAX_REQUESTED_ROUNDS,
        ],
      });
      if (Number(removed) < MAX_PRUNED_AT_ONCE) return;
    }
  }

  /** A failed pruning must not prevent the storing of a round. */
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
    saveMeasured: (round) => noteOutcome(saveMeasured(round)),
    save: (closed, memory) => noteOutcome(save(closed, memory)),
    saveHead: (head) => noteOutcome(saveHead(head)),
    saveMemory: (memory) => noteOutcome(saveMemory(memory)),
    prune,
    mend,
    nextId,
    beginConcluding,
    ...reads,
    ...readHistory(redis, names, unreadable),
    unreadable: () => unreadable.counts,
  };
}

/** The common prefix of all rounds' keys. */
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
