/** What happens when, in simulated time: milliseconds since 1970. */
export class Timeline {
  #now: number;
  readonly #waiting: { readonly at: number; readonly happens: () => void }[] = [];

  constructor(startAt: number) {
    this.#now = startAt;
  }

  get now(): number {
    return this.#now;
  }

  /** Of two things at the same moment, the one that was asked for first happens first. */
  at(at: number, happens: () => void): void {
    const later = this.#waiting.findIndex((each) => each.at > at);
    this.#waiting.splice(later === -1 ? this.#waiting.length : later, 0, { at, happens });
  }

  after(ms: number, happens: () => void): void {
    this.at(this.#now + ms, happens);
  }

  /** Lets everything happen up to a moment, that one included. */
  advance(to: number): void {
    for (;;) {
      const next = this.#waiting[0];
      if (!next || next.at > to) break;
      this.#waiting.shift();
      this.#now = Math.max(this.#now, next.at);
      next.happens();
    }
    this.#now = Math.max(this.#now, to);
  }
}
