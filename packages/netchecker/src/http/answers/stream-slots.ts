/** Bounds how many long answers are sent at once: all of them, and the encoded ones among them. */
export class StreamSlots {
  readonly #max: { readonly streams: number; readonly encodedStreams: number };
  #streams = 0;
  #encoded = 0;

  constructor(max: { readonly streams: number; readonly encodedStreams: number }) {
    this.#max = max;
  }

  get taken(): number {
    return this.#streams;
  }

  /** Takes a slot. Returns a function that gives it back, which may be called twice; null if no slot is free. */
  take(encoded: boolean): (() => void) | null {
    if (this.#streams >= this.#max.streams) return null;
    if (encoded && this.#encoded >= this.#max.encodedStreams) return null;
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
