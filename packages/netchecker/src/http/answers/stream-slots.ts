/** How many long answers are sent at once: all together, and those among them that are encoded on the way. */
export class StreamSlots {
  readonly #most: { readonly streams: number; readonly encodedStreams: number };
  #streams = 0;
  #encoded = 0;

  constructor(most: { readonly streams: number; readonly encodedStreams: number }) {
    this.#most = most;
  }

  get taken(): number {
    return this.#streams;
  }

  /** What gives the slot back; it is safe to call twice. Null where none is free. */
  take(encoded: boolean): (() => void) | null {
    if (this.#streams >= this.#most.streams) return null;
    if (encoded && this.#encoded >= this.#most.encodedStreams) return null;
    this.#streams += 1;
    if (encoded) this.#encoded += 1;
    let taken = true;
    return () => {
      if (!taken) return;
      taken = false;
      this.#streams -= 1;
      if (encoded) this.#encoded -= 1;
    };
  }
}
