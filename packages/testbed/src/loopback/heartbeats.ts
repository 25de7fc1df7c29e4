/** When a kubelet renewed its Lease: every so often since it started, until it stopped. */
export class Heartbeats {
  readonly #everyMs: number;
  #since = Date.now();
  #last: number | null = null;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** The last one, milliseconds since 1970. */
  get lastAt(): number {
    if (this.#last !== null) return this.#last;
    const beats = Math.floor((Date.now() - this.#since) / this.#everyMs);
    return this.#since + beats * this.#everyMs;
  }

  start(): void {
    this.#since = Date.now();
    this.#last = null;
  }

  stop(): void {
    this.#last = this.lastAt;
  }
}
