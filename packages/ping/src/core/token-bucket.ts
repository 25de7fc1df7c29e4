/**
 * Lets `perSecond` through each second on average, and `burst` at once. `now` is in
 * milliseconds, of a clock that nobody sets.
 */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  constructor(perSecond: number, burst: number, now: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = now;
  }

  /** Takes one token if there is one. */
  take(now: number): boolean {
    this.#fill(now);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Takes one token in any case. Returns how long to wait until it is due, in milliseconds. */
  reserve(now: number): number {
    this.#fill(now);
    this.#tokens -= 1;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.#perSecond) * 1_000;
  }

  #fill(now: number): void {
    const since = Math.max(0, now - this.#at);
    this.#tokens = Math.min(this.#burst, this.#tokens + (since / 1_000) * this.#perSecond);
    this.#at = now;
  }
}
