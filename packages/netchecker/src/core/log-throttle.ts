/** All kinds beyond the bound share this key. */
const ALL_OTHERS = "";

/**
 * Lets one log line of each kind through, and the next one only after `pauseMs`, so that a sender of messages cannot
 * fill the log. It remembers `maxKinds` kinds at a time. All further kinds count as one.
 */
export class LogThrottle {
  readonly #pauseMs: number;
  readonly #maxKinds: number;
  readonly #loggedAt = new Map<string, number>();

  constructor(pauseMs: number, maxKinds: number) {
    this.#pauseMs = pauseMs;
    this.#maxKinds = maxKinds;
  }

  /** Whether a line of this kind may be logged now. `now` is milliseconds of a monotonic clock. */
  allows(kind: string, now: number): boolean {
    const key = this.#keyOf(kind, now);
    if (now - (this.#loggedAt.get(key) ?? -Infinity) < this.#pauseMs) return false;
    this.#loggedAt.set(key, now);
    return true;
  }

  #keyOf(kind: string, now: number): string {
    if (this.#loggedAt.has(kind) || this.#loggedAt.size < this.#maxKinds) return kind;
    for (const [logged, at] of this.#loggedAt)
      if (now - at >= this.#pauseMs) this.#loggedAt.delete(logged);
    return this.#loggedAt.size < this.#maxKinds ? kind : ALL_OTHERS;
  }
}
