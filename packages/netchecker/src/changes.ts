/** Tells listeners that something has changed. It does not say what: they look at the new state themselves. */
export class Changes {
  readonly #listeners = new Set<() => void>();

  /** Calls `listener` at each change. Returns a function that ends this. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
