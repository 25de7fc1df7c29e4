import type { RoundHead } from "@netchecker/contract";
import type { Log } from "@netchecker/runtime/log";
import type { ClosedRound } from "@netchecker/round/closed-round";
import type { FindingsMemory } from "@netchecker/conclude";
import type { RoundStore } from "./ports.ts";

/** How many rounds wait in memory while Redis is away. A round of 1,000 × 1,000 takes about 20 MB. */
const MAX_UNSAVED_ROUNDS = 3;
const MAX_UNSAVED_HEADS = 1_000;

interface UnsavedRound {
  readonly round: ClosedRound;
  /** Null if the memory in Redis is newer. */
  readonly memory: FindingsMemory | null;
}

interface UnsavedHead {
  readonly head: RoundHead;
  /** Whether Redis gave its id. If not, another round may have got the same id by now. */
  readonly isNumbered: boolean;
}

/** What happens to rounds and heads that waited. */
export interface UnsavedListeners {
  stored(round: ClosedRound): void;
  /** Redis has given a head its id. */
  numbered(head: RoundHead): void;
  /** The highest id that Redis is known to have given. */
  lastGiven(): number;
}

/**
 * The rounds and heads that Redis could not store yet, oldest first. Their number is bounded: the oldest are given up.
 */
export class UnsavedRounds {
  readonly #store: RoundStore;
  readonly #log: Log;
  readonly #listeners: UnsavedListeners;
  #waiting: (UnsavedRound | UnsavedHead)[] = [];

  constructor(store: RoundStore, log: Log, listeners: UnsavedListeners) {
    this.#store = store;
    this.#log = log;
    this.#listeners = listeners;
  }

  get rounds(): readonly ClosedRound[] {
    return this.#waiting.flatMap((each) => ("round" in each ? [each.round] : []));
  }

  get heads(): readonly RoundHead[] {
    return this.#waiting.flatMap((each) => ("head" in each ? [each.head] : []));
  }

  add(unsaved: UnsavedRound | UnsavedHead): void {
    const isRound = "round" in unsaved;
    const most = isRound ? MAX_UNSAVED_ROUNDS : MAX_UNSAVED_HEADS;
    const alike = this.#waiting.filter((each) => "round" in each === isRound);
    if (alike.length >= most) {
      this.#log.warn({ most }, "gives up storing the oldest round that waits to be stored");
      this.#drop(alike[0]!);
    }
    this.#waiting.push(unsaved);
  }

  /** Call this if another netchecker has concluded rounds since: its memory is newer than those that wait here. */
  forgetMemories(): void {
    this.#waiting = this.#waiting.map((each) =>
      "round" in each ? { ...each, memory: null } : each,
    );
  }

  /**
   * Stores what waits, oldest first. Throws if Redis refuses a write, or if this netchecker does not hold the lease.
   */
  async save(): Promise<void> {
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined) return;
      if ("round" in next) await this.#saveRound(next);
      else if (next.isNumbered) await this.#saveHead(next, next.head);
      else await this.#saveUnnumbered(next);
    }
  }

  async #saveRound(unsaved: UnsavedRound): Promise<void> {
    const { round, memory } = unsaved;
    const saved = await this.#store.save(round, memory);
    this.#drop(unsaved);
    if (saved === "stored") this.#listeners.stored(round);
    else this.#log.warn({ round: round.head.id }, "another netchecker has closed this round");
  }

  async #saveHead(unsaved: UnsavedHead, head: RoundHead): Promise<void> {
    await this.#store.saveHead(head);
    this.#drop(unsaved);
  }

  /** A round that could not be published has no id. It is dropped if another netchecker has run a round since. */
  async #saveUnnumbered(unsaved: UnsavedHead): Promise<void> {
    const { head } = unsaved;
    const [newest] = await this.#store.heads(1);
    if (
      newest &&
      Date.parse(newest.head.finishedAt ?? newest.head.startedAt) > Date.parse(head.startedAt)
    ) {
      this.#log.info(
        { startedAt: head.startedAt },
        "does not store a round that failed: another was run since",
      );
      return this.#drop(unsaved);
    }
    const id = await this.#store.nextId(this.#listeners.lastGiven());
    const numbered = { ...unsaved, head: { ...head, id }, isNumbered: true };
    this.#waiting = this.#waiting.map((each) => (each === unsaved ? numbered : each));
    this.#listeners.numbered(numbered.head);
    await this.#saveHead(numbered, numbered.head);
  }

  #drop(unsaved: UnsavedRound | UnsavedHead): void {
    this.#waiting = this.#waiting.filter((each) => each !== unsaved);
  }
}
