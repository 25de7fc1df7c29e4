const TICK_MS = 10;

/**
 * Measures how long this process stood still: held back for its CPU limit, stopped, or busy with
 * something else than its sockets. While it stood, answers could arrive but not be seen.
 * Only a late tick counts, not a timer's usual millisecond.
 */
export class StallClock {
  #stalledMs = 0;
  #lastTick = 0;
  #users = 0;
  #ticker: NodeJS.Timeout | undefined;

  /** Ticks from now on, until as many `stop` as `start`: at rest it costs nothing. */
  start(): void {
    this.#users += 1;
    if (this.#ticker) return;
    this.#lastTick = performance.now();
    this.#ticker = setInterval(() => {
      const now = performance.now();
      this.#stalledMs += stall(now - this.#lastTick);
      this.#lastTick = now;
    }, TICK_MS);
    this.#ticker.unref();
  }

  stop(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    clearInterval(this.#ticker);
    this.#ticker = undefined;
  }

  /** All stalls so far, the one that lasts until this very moment included, milliseconds. Only grows. */
  stalledMs(): number {
    return this.#ticker
      ? this.#stalledMs + stall(performance.now() - this.#lastTick)
      : this.#stalledMs;
  }
}

function stall(sinceTickMs: number): number {
  return sinceTickMs >= 2 * TICK_MS ? sinceTickMs - TICK_MS : 0;
}
