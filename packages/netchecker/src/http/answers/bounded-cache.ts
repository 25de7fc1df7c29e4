import pLimit from "p-limit";

/** The cache is full. Try again later. */
export class FullError extends Error {
  override name = "FullError";
}

/** The bounds of a cache. */
export interface CacheLimits {
  /** The bound for all values together that are kept, in use, or being made; in bytes or any other unit. */
  readonly maxSize: number;
  /** How many values are made at once. */
  readonly makingAtOnce: number;
  /** How many values may wait to be made. */
  readonly waiting: number;
}

/** A value in use. Its memory counts until `release` is called. */
export interface Held<T> {
  readonly value: T;
  /** Safe to call twice. */
  readonly release: () => void;
}

interface Entry<T> {
  readonly value: T;
  readonly size: number;
  users: number;
}

interface Making<T> {
  readonly entry: Promise<Entry<T>>;
  users: number;
}

/** Reserves room while a value grows. Throws a {@link FullError} if there is none. */
export type Reserve = (size: number) => void;

/**
 * A cache for values that many clients ask for at once. Each value is made once; clients that ask meanwhile wait for
 * it. When room is needed, unused values are dropped, the longest unused first. Values in use also count, so the
 * limit is never exceeded.
 */
export class BoundedCache<T> {
  readonly #limits: CacheLimits;
  readonly #making = new Map<string, Making<T>>();
  /** In the order of their last use. */
  readonly #kept = new Map<string, Entry<T>>();
  readonly #turns: ReturnType<typeof pLimit>;
  #size = 0;

  constructor(limits: CacheLimits) {
    this.#limits = limits;
    this.#turns = pLimit(limits.makingAtOnce);
  }

  /** The size of all values that are kept, in use or being made. */
  get size(): number {
    return this.#size;
  }

  /**
   * Returns the value of a key, made by `make` if it is not there. Rejects with what `make` throws, or a {@link
   * FullError}.
   */
  async hold(key: string, make: (reserve: Reserve) => Promise<T>): Promise<Held<T>> {
    const kept = this.#kept.get(key);
    if (kept) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      kept.users += 1;
      return this.#held(key, kept);
    }
    let making = this.#making.get(key);
    if (!making) {
      if (this.#turns.pendingCount >= this.#limits.waiting) throw new FullError("too many wait");
      making = { entry: this.#turns(() => this.#make(key, make)), users: 0 };
      this.#making.set(key, making);
    }
    making.users += 1;
    return this.#held(key, await making.entry);
  }

  async #make(key: string, make: (reserve: Reserve) => Promise<T>): Promise<Entry<T>> {
    let size = 0;
    const reserve = (more: number) => {
      this.#makeRoom(more);
      size += more;
      this.#size += more;
    };
    try {
      const value = await make(reserve);
      const entry = { value, size, users: this.#making.get(key)!.users };
      this.#kept.set(key, entry);
      return entry;
    } catch (error) {
      this.#size -= size;
      throw error;
    } finally {
      this.#making.delete(key);
    }
  }

  #makeRoom(more: number): void {
    for (const [key, entry] of this.#kept) {
      if (this.#size + more <= this.#limits.maxSize) return;
      if (entry.users > 0) continue;
      this.#kept.delete(key);
      this.#size -= entry.size;
    }
    if (this.#size + more > this.#limits.maxSize) throw new FullError("no room");
  }

  #held(key: string, entry: Entry<T>): Held<T> {
    let released = false;
    return {
      value: entry.value,
      release: () => {
        if (released) return;
        released = true;
        entry.users -= 1;
        // The cache no longer has this entry, so nobody else subtracts its size.
        if (entry.users === 0 && this.#kept.get(key) !== entry) this.#size -= entry.size;
      },
    };
  }
}
