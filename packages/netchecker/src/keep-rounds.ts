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
import type { ClosedRound } from "@netchecker/round/closed-round";
import { emptyMemory, type FindingsMemory } from "@netchecker/conclude";
import { nodeLines, nodeMoment } from "./core/history/node-lines.ts";
import { LeaseLostError } from "./core/lease-lost.ts";
import type { NodePasts } from "@netchecker/round/node-past";
import type { RoundFindings, RoundStore, StoredRoundHead } from "./ports.ts";
import { UnsavedRounds } from "./unsaved-rounds.ts";

/** More rounds than netchecker can open before it asks Redis for the newest one again. */
const MAX_KNOWN_ROUNDS = 2_000;

/**
 * Keeps rounds: the last one in memory, all of them in Redis. While Redis is away, rounds wait in memory and are
 * stored later, so that an outage of Redis leaves no hole in the history.
 */
export class RoundKeeper {
  latest: ClosedRound | null = null;
  /** What the next round needs to follow findings. */
  memory: FindingsMemory = emptyMemory();
  /** Whether the history was read since the start. Before that, this process does not know the stored memory. */
  restored = false;
  /** The newest finished round, with or without a result. */
  last: RoundHead | null = null;
  /** When the newest stored round was closed, milliseconds since 1970; null while none is known. */
  lastStoredAt: number | null = null;
  readonly #store: RoundStore;
  readonly #log: Log;
  readonly #changes: Changes;
  readonly #onMemory: (memory: FindingsMemory) => void;
  readonly #unsaved: UnsavedRounds;
  /** The highest id that Redis is known to have given. */
  #lastGiven = 0;
  /**
   * The rounds that this process opened or read. If the newest round in Redis is not among them, another netchecker
   * has run it.
   */
  readonly #known = new Set<string>();
  #saving: Promise<void> = Promise.resolve();

  /** `onMemory` is called with the memory each time that it is read from Redis. */
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
    this.#unsaved = new UnsavedRounds(store, log, {
      stored: (round) => this.#noteStored(round),
      numbered: (head) => this.noteGiven(head),
      lastGiven: () => this.#lastGiven,
    });
  }

  /** The highest id that this process has shown or seen. */
  get lastId(): number {
    return this.last?.id ?? 0;
  }

  /** Notes a round whose id Redis has given. */
  noteGiven(round: Pick<RoundHead, "id" | "startedAt">): void {
    this.#lastGiven = Math.max(this.#lastGiven, round.id);
    this.#known.add(nameOf(round));
    if (this.#known.size > MAX_KNOWN_ROUNDS) this.#known.delete(this.#known.values().next().value!);
  }

  /** Whether a round waits here to be stored. */
  waits(id: number): boolean {
    return [...this.#unsaved.rounds.map(({ head }) => head), ...this.#unsaved.heads].some(
      (head) => head.id === id,
    );
  }

  /**
   * Call this before the first write of a term, and whenever Redis is back. Reads the last round and the memory if
   * another netchecker has stored newer ones, then stores what waits. Returns whether the history could be read.
   * Never throws.
   */
  async restore(): Promise<boolean> {
    const isRead = await this.#read();
    await this.flush();
    return isRead;
  }

  async #read(): Promise<boolean> {
    try {
      const [newest] = await this.#store.heads(1);
      const isBehind =
        !this.restored || (newest !== undefined && !this.#known.has(nameOf(newest.head)));
      const stored = isBehind ? await this.#store.lastClosed() : null;
      const memory = isBehind ? await this.#store.memory() : null;
      if (stored && isLater(stored.head, this.latest?.head)) this.latest = stored;
      if (stored) this.lastStoredAt = Date.parse(stored.head.finishedAt!);
      this.memory = memory ?? this.memory;
      if (isBehind) {
        this.#unsaved.forgetMemories();
        this.#onMemory(this.memory);
      }
      this.restored = true;
      if (newest) {
        this.noteGiven(newest.head);
        this.#note(newest.head);
      }
      return true;
    } catch (error) {
      this.#log.warn({ err: sayRedisError(error) }, "could not read the history");
      return false;
    }
  }

  /** Tries once to store what was measured. If that fails, {@link keep} stores all of it after concluding. */
  keepMeasured(round: ClosedRound): Promise<void> {
    return this.#inTurn(async () => {
      await this.#store.saveMeasured(round);
    });
  }

  /**
   * Serves a round at once and stores it, now or later. If the history was never read, the memory in Redis stays as it
   * is.
   */
  keep(round: ClosedRound, memory = this.memory): Promise<void> {
    if (isLater(round.head, this.latest?.head)) this.latest = round;
    this.memory = memory;
    this.noteGiven(round.head);
    this.#unsaved.add({ round, memory: this.restored ? memory : null });
    this.#note(round.head);
    return this.flush();
  }

  /**
   * The same for a round without a result. `isNumbered` is false if Redis did not give its id. Such a round gets
   * a new id when it is stored.
   */
  keepHead(head: RoundHead, isNumbered = true): Promise<void> {
    this.#unsaved.add({ head, isNumbered });
    if (isNumbered) this.noteGiven(head);
    this.#note(head);
    return this.flush();
  }

  /** Stores, at an orderly end, what the watch has learned of nodes since the last round. Never throws. */
  async keepNodePasts(nodePasts: NodePasts): Promise<void> {
    this.memory = { ...this.memory, nodePasts };
    await this.#saving;
    await this.#store.saveMemory(this.memory).catch((error: unknown) => {
      this.#log.warn({ err: sayRedisError(error) }, "could not store what is known of nodes");
    });
  }

  /** Stores what waits. Never throws: what cannot be stored waits on. */
  flush(): Promise<void> {
    return this.#inTurn(() => this.#unsaved.save());
  }

  /** Resolves when nothing is being stored any more. */
  async settled(): Promise<void> {
    await this.#saving;
  }

  /** Runs writes one after the other, in the order of the calls. */
  #inTurn(save: () => Promise<void>): Promise<void> {
    this.#saving = this.#saving.then(save).catch((error: unknown) => {
      if (error instanceof LeaseLostError) return;
      this.#log.warn({ err: sayRedisError(error) }, "could not store; tries again later");
    });
    return this.#saving;
  }

  /** The newest rounds below `before`, newest first. Only those in memory if Redis is away. */
  async heads(limit: number, before = Number.MAX_SAFE_INTEGER): Promise<StoredRoundHead[]> {
    const stored = await this.#store.heads(limit, before).catch(() => []);
    return newestFirst(this.#inMemory(), stored, ({ head }) => head.id)
      .filter(({ head }) => head.id < before)
      .slice(0, limit);
  }

  /** Null if there is no such round. Throws if only Redis could know and Redis is away. */
  async head(id: number): Promise<StoredRoundHead | null> {
    return this.#inMemory().find(({ head }) => head.id === id) ?? this.#store.head(id);
  }

  /** Null if there is no such round, or if it has no result. Throws if only Redis could know and Redis is away. */
  async round(id: number): Promise<ClosedRound | null> {
    return this.#results().find(({ head }) => head.id === id) ?? this.#store.round(id);
  }

  /**
   * One finding in each of the last `limit` rounds that shows it, newest first. It reads one round at a time, because
   * the other findings may be many. Throws if only Redis could know and Redis is away.
   */
  async findingHistory(id: string, limit: number): Promise<FindingInRound[]> {
    const inMemory = this.#results().flatMap((round) => findingIn(round, id));
    const stored: FindingInRound[] = [];
    try {
      for await (const round of this.#store.findings(limit)) stored.push(...findingIn(round, id));
    } catch (error) {
      if (inMemory.length === 0) throw error;
    }
    return newestFirst(inMemory, stored, ({ head }) => head.id).slice(0, limit);
  }

  /** The findings of one round; may be empty. Throws if only Redis could know and Redis is away. */
  async findingsOf(id: number): Promise<readonly Finding[]> {
    const known = this.#results().find(({ head }) => head.id === id);
    return known?.findings ?? this.#store.findingsOf(id);
  }

  /** The last `limit` rounds on the timeline, newest first. Only those in memory if Redis is away. */
  async timeline(limit: number): Promise<TimelineEntry[]> {
    const stored = await this.#store.timeline(limit).catch(() => []);
    const inMemory = [
      ...this.#results().map((round) => timelineEntry(round.head, round.summary, round.findings)),
      ...this.#unsaved.heads.map((head) => timelineEntry(head, null, null)),
    ];
    return newestFirst(inMemory, stored, ({ id }) => id).slice(0, limit);
  }

  /** One node in each kept round that knows it, newest first. Throws if only Redis could know and Redis is away. */
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

  #noteStored(round: ClosedRound): void {
    this.lastStoredAt = Date.parse(round.head.finishedAt!);
    if (this.latest === round) this.latest = { ...round, head: { ...round.head, stored: true } };
    this.#changes.tell();
  }

  /** The rounds with a result that are in memory. */
  #results(): ClosedRound[] {
    const { rounds } = this.#unsaved;
    return this.latest ? [this.latest, ...rounds] : [...rounds];
  }

  #inMemory(): StoredRoundHead[] {
    return [
      ...this.#results().map(({ head, summary }) => ({ head, summary })),
      ...this.#unsaved.heads.map((head) => ({ head, summary: null })),
    ];
  }
}

/** One finding as one round shows it. */
interface FindingInRound {
  readonly head: RoundHead;
  readonly finding: Finding;
}

function findingIn({ head, findings }: RoundFindings, id: string): FindingInRound[] {
  const finding = findings.find((each) => each.id === id);
  return finding ? [{ head, finding }] : [];
}

function nameOf({ id, startedAt }: Pick<RoundHead, "id" | "startedAt">): string {
  return `${id} ${startedAt}`;
}

/** Whether a round is later than another. Ids alone cannot tell: a Redis that lost its data gives them again. */
function isLater(round: RoundHead, than: RoundHead | undefined): boolean {
  return than === undefined || round.startedAt >= than.startedAt || round.id > than.id;
}

/** Merges rounds in memory with stored ones. If both have a round, the stored one is taken. */
function newestFirst<T>(
  inMemory: readonly T[],
  stored: readonly T[],
  idOf: (each: T) => number,
): T[] {
  const byId = new Map([...inMemory, ...stored].map((each) => [idOf(each), each]));
  return [...byId.values()].toSorted((a, b) => idOf(b) - idOf(a));
}
