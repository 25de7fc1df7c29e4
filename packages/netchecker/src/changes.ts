/** Tells those who listen that something has changed. What it is now, they look up themselves. */
export class Changes {
  readonly #listeners = new Set<() => void>();

  /** Calls back at each change; gives what ends it. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
