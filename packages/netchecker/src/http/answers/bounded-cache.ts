import pLimit from "p-limit";

/** What it would hold is more than it may: ask again later. */
export class FullError extends Error {
  override name = "FullError";
}

/** What a cache may hold. */
export interface CacheLimits {
  /** Bytes, or whatever values are measured in: of those that are kept, in use, or being made. */
  readonly most: number;
  /** So many values are made at once. */
  readonly makingAtOnce: number;
  /** So many more wait for their turn to be made. */
  readonly waiting: number;
}

/** A value in use: its memory counts until it is let go. */
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

/** Asks for room while a value grows. Throws a {@link FullError} where there is none. */
export type Reserve = (size: number) => void;

/**
 * Values that many ask for at once: each is made once, those who ask meanwhile wait for it. What nobody uses
 * goes when its room is needed, the longest unused first; what is in use counts, and nothing is made beyond
 * the limit.
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

  /** What is kept, in use or being made. */
  get size(): number {
    return this.#size;
  }

  /** The value of that key, made by `make` where it is not there. Rejects with what `make` throws, or a {@link FullError}. */
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
      if (this.#size + more <= this.#limits.most) return;
      if (entry.users > 0) continue;
      this.#kept.delete(key);
      this.#size -= entry.size;
    }
    if (this.#size + more > this.#limits.most) throw new FullError("no room");
  }

  #held(key: string, entry: Entry<T>): Held<T> {
    let released = false;
    return {
      value: entry.value,
      release: () => {
        if (released) return;
        released = true;
        entry.users -= 1;
        // Made again under its key meanwhile, or thrown out: nobody else counts it.
        if (entry.users === 0 && this.#kept.get(key) !== entry) this.#size -= entry.size;
      },
    };
  }
}
