/**
 * How old a view is. Ages are taken by a clock that only goes forward; what is told is by the wall clock as it was at
 * the time.
 */
export class ViewAge {
  readonly #staleAfterMs: number;
  #lastSign = moment();
  /** Since when it is known to be lost; null while it is not. */
  #lostSince: Moment | null = moment();
  #problem: string | null = null;
  #losses = 0;

  constructor(staleAfterMs: number) {
    this.#staleAfterMs = staleAfterMs;
  }

  /** Why it could not be read when that was last tried; null when it could. */
  get problem(): string | null {
    return this.#problem;
  }

  get losses(): number {
    return this.#losses;
  }

  /** Milliseconds without a sign of life. */
  get silentMs(): number {
    return performance.now() - this.#lastSign.ticks;
  }

  /** Since when it is not kept up to date, milliseconds since 1970; null while it is. */
  get staleSince(): number | null {
    if (this.#lostSince !== null) return this.#lostSince.at;
    return this.silentMs > this.#staleAfterMs ? this.#lastSign.at : null;
  }

  /** The server gave a sign of life. Gives whether the view was lost until now. */
  alive(): boolean {
    const wasLost = this.#lostSince !== null;
    this.#lastSign = moment();
    this.#lostSince = null;
    this.#problem = null;
    return wasLost;
  }

  /** Something hinders it; whether that is a loss, time will tell. */
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
  /** By the clock that only goes forward, milliseconds. */
  readonly ticks: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const moment = (): Moment => ({ ticks: performance.now(), at: Date.now() });
