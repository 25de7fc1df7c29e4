import type { RoundHead } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { BoundedCache, type CacheLimits, type Held } from "./answers/bounded-cache.ts";

/** A round of 1,000 nodes takes about 25 MB, and as much again while it is read. */
const LIMITS: CacheLimits = { maxSize: 4, makingAtOnce: 1, waiting: 64 };

/** Reads rounds from the history: each once for all who ask, and a few at a time. */
export class OldRounds {
  readonly #rounds = new BoundedCache<ClosedRound | null>(LIMITS);
  readonly #read: (id: number) => Promise<ClosedRound | null>;

  constructor(read: (id: number) => Promise<ClosedRound | null>) {
    this.#read = read;
  }

  /** The value is null if the round has no result. Rejects with a FullError if too many rounds are in use. */
  hold({ id, startedAt, kept }: RoundHead): Promise<Held<ClosedRound | null>> {
    return this.#rounds.hold(`${id} ${startedAt} ${kept}`, async (reserve) => {
      reserve(1);
      return this.#read(id);
    });
  }
}
