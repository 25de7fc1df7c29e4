import type { RoundHead } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { BoundedCache, type CacheLimits, type Held } from "./answers/bounded-cache.ts";

/** Of 1,000 nodes a round takes some 25 MB, and as much again while it is read. */
const LIMITS: CacheLimits = { most: 4, makingAtOnce: 1, waiting: 64 };

/** Rounds out of the history, each read once for all who ask, a few at a time. */
export class OldRounds {
  readonly #rounds = new BoundedCache<ClosedRound | null>(LIMITS);
  readonly #read: (id: number) => Promise<ClosedRound | null>;

  constructor(read: (id: number) => Promise<ClosedRound | null>) {
    this.#read = read;
  }

  /** Null where there is no result. Rejects with a FullError where too many are in use. */
  hold({ id, startedAt, kept }: RoundHead): Promise<Held<ClosedRound | null>> {
    return this.#rounds.hold(`${id} ${startedAt} ${kept}`, async (reserve) => {
      reserve(1);
      return this.#read(id);
    });
  }
}
