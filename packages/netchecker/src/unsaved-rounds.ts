import type { RoundHead } from "@netchecker/contract";
import type { Log } from "@netchecker/runtime/log";
import type { ClosedRound } from "@netchecker/round/closed-round";
import type { FindingsMemory } from "@netchecker/conclude";
import type { RoundStore } from "./ports.ts";

/** How many rounds wait in memory while Redis is away; each of 1,000 × 1,000 takes some 20 MB. */
const MAX_UNSAVED_ROUNDS = 3;
const MAX_UNSAVED_HEADS = 1_000;

interface UnsavedRound {
  readonly round: ClosedRound;
  /** Null: what Redis has of it is newer. */
  readonly memory: FindingsMemory | null;
}

interface UnsavedHead {
  readonly head: RoundHead;
  /** Whether Redis gave its id. Else another one may have it by now. */
  readonly isNumbered: boolean;
}

/** Told what became of what waited. */
export interface UnsavedListeners {
  stored(round: ClosedRound): void;
  /** A head has got an id of its own. */
  numbered(head: RoundHead): void;
  /** The highest id that Redis is known to have given. */
  lastGiven(): number;
}

/** What Redis could not take yet, in the order in which it began. It is bounded: the oldest are given up. */
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

  /** Another netchecker has concluded rounds since: what it remembers is newer than what waits here. */
  forgetMemories(): void {
    this.#waiting = this.#waiting.map((each) =>
      "round" in each ? { ...each, memory: null } : each,
    );
  }

  /** Stores what waits, the oldest first. Throws where Redis does not take one, or this netchecker holds no lease. */
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

  /** One that could not be published: it says nothing where another netchecker has measured since. */
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
