const TICK_MS = 10;

/**
 * Measures how long this process stood still because it was throttled, stopped, or busy with other
 * work. During that time answers could arrive, but the process could not see them. Only a late tick
 * counts, not the usual millisecond of a timer.
 */
export class StallClock {
  #stalledMs = 0;
  #lastTick = 0;
  #users = 0;
  #ticker: NodeJS.Timeout | undefined;

  /**
   * Starts ticking. The clock stops when `stop` was called as often as `start`, so it costs nothing
   * at rest.
   */
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

  /**
   * The sum of all stalls so far, in milliseconds, with one that lasts until now. It only grows.
   */
  stalledMs(): number {
    return this.#ticker
      ? this.#stalledMs + stall(performance.now() - this.#lastTick)
      : this.#stalledMs;
  }
}

function stall(sinceTickMs: number): number {
  return sinceTickMs >= 2 * TICK_MS ? sinceTickMs - TICK_MS : 0;
}
