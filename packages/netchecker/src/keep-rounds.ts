import {
  type Finding,
  type NodeMoment,
  type RoundHead,
  type TimelineEntry,
  timelineEntry,
} from "@netchecker/contract";
import type { Log } from "@netchecker/runtime/log";
import { sayRedisError } from "@netchecker/runtime/redis";
import { Changes } from "./changes.ts";
import type { ClosedRound } from "./core/closed-round.ts";
import { emptyMemory, type FindingsMemory } from "./core/conclude/conclude.ts";
import type { NodePasts } from "./core/node-past.ts";
import { nodeLines, nodeMoment } from "./core/history/node-lines.ts";
import type { RoundFindings, RoundStore, StoredRoundHead } from "./ports.ts";

/** How many rounds wait in memory while Redis is away; each of 1,000 × 1,000 takes some 20 MB. */
const MAX_UNSAVED_ROUNDS = 3;
const MAX_UNSAVED_HEADS = 1_000;

interface Unsaved {
  readonly round: ClosedRound;
  readonly memory: FindingsMemory;
}

/**
 * Remembers rounds: the last one in memory, all of them in Redis. What Redis could not take waits
 * and is stored when it is back, so that an outage of Redis leaves no hole in the history.
 */
export class RoundKeeper {
  latest: ClosedRound | null = null;
  /** What is remembered of findings from one round to the next. */
  memory: FindingsMemory = emptyMemory();
  /** Whether Redis was read since the start: only then is it known which id comes next. */
  restored = false;
  /** The newest round that is over, with or without a result. */
  last: RoundHead | null = null;
  /** When the last round that Redis has was closed, milliseconds since 1970; null while none is known. */
  lastStoredAt: number | null = null;
  readonly #store: RoundStore;
  readonly #log: Log;
  readonly #changes: Changes;
  readonly #onMemory: (memory: FindingsMemory) => void;
  #unsavedRounds: Unsaved[] = [];
  #unsavedHeads: RoundHead[] = [];
  #saving: Promise<void> = Promise.resolve();

  /** `onMemory` is told what was remembered, each time that it is taken over from Redis. */
  constructor(
    store: RoundStore,
    log: Log,
    changes = new Changes(),
    onMemory: (memory: FindingsMemory) => void = () => {},
  ) {
    this.#onMemory = onMemory;
    this.#store = store;
    this.#log = log;
    this.#changes = changes;
  }

  /** The highest id that this process has given or seen. */
  get lastId(): number {
    return this.last?.id ?? 0;
  }

  /**
   * To be called whenever Redis is there (again), and before rounds are opened: takes over what was stored
   * by others, the last round and what is remembered, and stores what waits.
   */
  async restore(): Promise<void> {
    try {
      const [newest] = await this.#store.heads(1);
      const behind = !this.restored || (newest?.head.id ?? 0) > this.lastId;
      const stored = behind ? await this.#store.lastClosed() : null;
      const memory = behind ? await this.#store.memory() : null;
      this.latest = stored ?? this.latest;
      if (stored) this.lastStoredAt = Date.parse(stored.head.finishedAt!);
      this.memory = memory ?? this.memory;
      if (behind) this.#onMemory(this.memory);
      this.restored = true;
      if (newest) this.#note(newest.head);
    } catch (error) {
      this.#log.warn({ err: sayRedisError(error) }, "could not read the history");
    }
    await this.flush();
  }

  /** Serves it at once and stores it, now or later. */
  async keep(round: ClosedRound, memory = this.memory): Promise<void> {
    this.latest = round;
    this.memory = memory;
    this.#note(round.head);
    this.#unsavedRounds = [...this.#unsavedRounds, { round, memory }].slice(-MAX_UNSAVED_ROUNDS);
    await this.flush();
  }

  /** The same for a round without a result. */
  async keepHead(head: RoundHead): Promise<void> {
    this.#note(head);
    this.#unsavedHeads = [...this.#unsavedHeads, head].slice(-MAX_UNSAVED_HEADS);
    await this.flush();
  }

  /** What the watch has learned of nodes since the last round is stored at an orderly end. Never throws. */
  async keepNodePasts(nodePasts: NodePasts): Promise<void> {
    this.memory = { ...this.memory, nodePasts };
    await this.#saving;
    await this.#store.saveMemory(this.memory).catch((error: unknown) => {
      this.#log.warn({ err: sayRedisError(error) }, "could not store what is known of nodes");
    });
  }

  /** Stores what waits. Never throws: what cannot be stored goes on waiting. */
  flush(): Promise<void> {
    this.#saving = this.#saving.then(async () => {
      try {
        for (const head of this.#unsavedHeads) await this.#saveHead(head);
        for (const unsaved of this.#unsavedRounds) await this.#saveRound(unsaved);
      } catch (error) {
        this.#log.warn(
          { err: sayRedisError(error as Error) },
          "could not store; tries again when Redis is back",
        );
      }
    });
    return this.#saving;
  }

  /** The newest rounds below `before`, newest first; from memory alone when Redis is away. */
  async heads(limit: number, before = Number.MAX_SAFE_INTEGER): Promise<StoredRoundHead[]> {
    const stored = await this.#store.heads(limit, before).catch(() => []);
    return newestFirst(this.#inMemory(), stored, ({ head }) => head.id)
      .filter(({ head }) => head.id < before)
      .slice(0, limit);
  }

  /** Null where there is no such round. Throws when only Redis could know. */
  async head(id: number): Promise<StoredRoundHead | null> {
    return this.#inMemory().find(({ head }) => head.id === id) ?? this.#store.head(id);
  }

  /** Null where there is no such round, or it has no result. Throws when only Redis could know. */
  async round(id: number): Promise<ClosedRound | null> {
    return this.#results().find(({ head }) => head.id === id) ?? this.#store.round(id);
  }

  /** The findings of the last `limit` rounds, newest first; from memory alone when Redis is away. */
  async findings(limit: number): Promise<RoundFindings[]> {
    const stored = await this.#store.findings(limit).catch(() => []);
    return newestFirst(this.#results(), stored, ({ head }) => head.id).slice(0, limit);
  }

  /** The findings of one round; empty where it has none. Throws when only Redis could know. */
  async findingsOf(id: number): Promise<readonly Finding[]> {
    const known = this.#results().find(({ head }) => head.id === id);
    return known?.findings ?? this.#store.findingsOf(id);
  }

  /** The last `limit` rounds on the timeline, newest first; from memory alone when Redis is away. */
  async timeline(limit: number): Promise<TimelineEntry[]> {
    const stored = await this.#store.timeline(limit).catch(() => []);
    const inMemory = [
      ...this.#results().map((round) => timelineEntry(round.head, round.summary, round.findings)),
      ...this.#unsavedHeads.map((head) => timelineEntry(head, null, null)),
    ];
    return newestFirst(inMemory, stored, ({ id }) => id).slice(0, limit);
  }

  /** One node in each kept round that knows it, newest first. Throws when only Redis could know. */
  async nodeHistory(node: string): Promise<NodeMoment[]> {
    const inMemory = this.#results().flatMap(
      (round) => nodeMoment(round.head.id, Buffer.from(nodeLines(round)), node) ?? [],
    );
    const stored = await this.#store.nodeHistory(node).catch((error: unknown) => {
      if (inMemory.length > 0) return [];
      throw error;
    });
    return newestFirst(inMemory, stored, ({ id }) => id);
  }

  #note(head: RoundHead): void {
    if (head.id > this.lastId) this.last = head;
    this.#changes.tell();
  }

  /** The rounds with a result that are in memory. */
  #results(): ClosedRound[] {
    const unsaved = this.#unsavedRounds.map(({ round }) => round);
    return this.latest ? [this.latest, ...unsaved] : unsaved;
  }

  #inMemory(): StoredRoundHead[] {
    return [
      ...this.#results().map(({ head, summary }) => ({ head, summary })),
      ...this.#unsavedHeads.map((head) => ({ head, summary: null })),
    ];
  }

  async #saveHead(head: RoundHead): Promise<void> {
    await this.#store.saveHead(head);
    this.#unsavedHeads = this.#unsavedHeads.filter((each) => each !== head);
  }

  async #saveRound(unsaved: Unsaved): Promise<void> {
    const { round, memory } = unsaved;
    await this.#store.save(round, memory);
    this.lastStoredAt = Date.parse(round.head.finishedAt!);
    this.#unsavedRounds = this.#unsavedRounds.filter((each) => each !== unsaved);
    if (this.latest === round) this.latest = { ...round, head: { ...round.head, stored: true } };
  }
}

/** Each round once, as the store has it where both have it. */
function newestFirst<T>(
  inMemory: readonly T[],
  stored: readonly T[],
  idOf: (each: T) => number,
): T[] {
  const byId = new Map([...inMemory, ...stored].map((each) => [idOf(each), each]));
  return [...byId.values()].toSorted((a, b) => idOf(b) - idOf(a));
}
