/** Said for all that are more than can be remembered. */
const ALL_OTHERS = "";

/**
 * Lets the first of each kind through and the next ones only after `pauseMs`, so that whoever sends
 * messages cannot fill a log. Remembers `most` kinds at a time; all others count as one.
 */
export class Rarely {
  readonly #pauseMs: number;
  readonly #most: number;
  readonly #saidAt = new Map<string, number>();

  constructor(pauseMs: number, most: number) {
    this.#pauseMs = pauseMs;
    this.#most = most;
  }

  /** Whether it may be said now. `now` is milliseconds of a clock that nobody sets. */
  may(kind: string, now: number): boolean {
    const key = this.#keyOf(kind, now);
    if (now - (this.#saidAt.get(key) ?? -Infinity) < this.#pauseMs) return false;
    this.#saidAt.set(key, now);
    return true;
  }

  #keyOf(kind: string, now: number): string {
    if (this.#saidAt.has(kind) || this.#saidAt.size < this.#most) return kind;
    for (const [said, at] of this.#saidAt) if (now - at >= this.#pauseMs) this.#saidAt.delete(said);
    return this.#saidAt.size < this.#most ? kind : ALL_OTHERS;
  }
}
