/**
 * Knows since when a view is out of date. Durations are measured by the monotonic clock. Times are reported by the
 * wall clock, as it was at that moment.
 */
export class ViewAge {
  readonly #staleAfterMs: number;
  #lastSign = moment();
  /** Since when the view is known to be lost; null while it is not. */
  #lostSince: Moment | null = moment();
  #problem: string | null = null;
  #losses = 0;

  constructor(staleAfterMs: number) {
    this.#staleAfterMs = staleAfterMs;
  }

  /** Why the last attempt to read the view failed; null if it worked. */
  get problem(): string | null {
    return this.#problem;
  }

  get losses(): number {
    return this.#losses;
  }

  /** For how long the server has been silent. */
  get silentMs(): number {
    return performance.now() - this.#lastSign.ticks;
  }

  /** Since when the view is out of date, milliseconds since 1970; null while it is current. */
  get staleSince(): number | null {
    if (this.#lostSince !== null) return this.#lostSince.at;
    return this.silentMs > this.#staleAfterMs ? this.#lastSign.at : null;
  }

  /** Notes a sign of life from the server. Returns whether the view was lost until now. */
  alive(): boolean {
    const wasLost = this.#lostSince !== null;
    this.#lastSign = moment();
    this.#lostSince = null;
    this.#problem = null;
    return wasLost;
  }

  /** Notes a problem that is not a loss. If it lasts, the view becomes stale by itself. */
  hindered(why: string): void {
    this.#problem = why;
  }

  lost(why: string): void {
    this.#lostSince ??= moment();
    this.#problem = why;
    this.#losses += 1;
  }
}

interface Moment {
  /** By the monotonic clock, in milliseconds. */
  readonly ticks: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const moment = (): Moment => ({ ticks: performance.now(), at: Date.now() });
