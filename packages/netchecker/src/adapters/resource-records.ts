import type { Log } from "@netchecker/runtime/log";
import { clockAhead, type Sighting } from "@netchecker/round/sighting";
import { fieldsOf } from "./ask-api-server.ts";
import { UnreadableObjectError } from "@netchecker/round/kubernetes-objects";

/** Returns null for an object that is not wanted. Throws an {@link UnreadableObjectError}. */
export type ToRecord<T> = (object: unknown, previous: T | null, seen: Sighting) => T | null;

const LOG_EVERY_MS = 60_000;

/**
 * Keeps a small record for each object of a resource, because the objects of 1,000 real nodes take 11 MB. A record's
 * memory survives a new list. If an object cannot be read, its old record stays, and the log says so once a minute.
 */
export class ResourceRecords<T> {
  readonly #path: string;
  readonly #toRecord: ToRecord<T>;
  readonly #log: Log;
  #records = new Map<string, T>();
  #found = new Map<string, T>();
  #listedAt = 0;
  /** How far the API server's clock was ahead of ours at the last list. */
  #aheadMs = 0;
  /** Until when the records are complete; null before the first list. */
  #knownUntil: number | null = null;
  #unreadable = 0;
  #loggedAt = Number.NEGATIVE_INFINITY;

  constructor(path: string, toRecord: ToRecord<T>, log: Log) {
    this.#path = path;
    this.#toRecord = toRecord;
    this.#log = log;
  }

  get size(): number {
    return this.#records.size;
  }

  all(): readonly T[] {
    return [...this.#records.values()];
  }

  /** Replaces each record by the result of `revised`. */
  revise(revised: (record: T) => T): void {
    for (const [name, record] of this.#records) this.#records.set(name, revised(record));
  }

  /** A list begins. When it ends, its objects replace all records. */
  beginList(): void {
    this.#found = new Map();
    this.#listedAt = Date.now();
  }

  takePage(items: readonly unknown[], servedAt: number): void {
    this.#aheadMs = clockAhead(servedAt, Date.now());
    for (const item of items) this.#put(this.#found, item, false);
  }

  endList(): void {
    this.#records = this.#found;
    this.#found = new Map();
    this.#knownUntil = this.#listedAt;
  }

  /** Applies an event of a watch. */
  change(type: string, object: unknown): void {
    if (type === "ADDED" || type === "MODIFIED") this.#put(this.#records, object, true);
    else if (type === "DELETED") this.#records.delete(nameOf(object));
    else if (type !== "BOOKMARK") this.#logUnreadable(`an event of type ${JSON.stringify(type)}`);
    this.#knownUntil = Date.now();
  }

  #put(into: Map<string, T>, object: unknown, live: boolean): void {
    const name = nameOf(object);
    const previous = this.#records.get(name) ?? null;
    const now = Date.now();
    const seen = { now, knownUntil: this.#knownUntil, live, aheadMs: this.#aheadMs };
    try {
      const record = this.#toRecord(object, previous, seen);
      if (record !== null) into.set(name, record);
      else into.delete(name);
    } catch (error) {
      if (!(error instanceof UnreadableObjectError)) throw error;
      if (previous !== null) into.set(name, previous);
      this.#logUnreadable(error.message);
    }
  }

  #logUnreadable(why: string): void {
    this.#unreadable += 1;
    const now = performance.now();
    if (now - this.#loggedAt < LOG_EVERY_MS) return;
    this.#loggedAt = now;
    this.#log.warn(
      { path: this.#path, why, unreadable: this.#unreadable },
      "the API server sent what cannot be read; what was known before stays",
    );
  }
}

function nameOf(object: unknown): string {
  const { name } = fieldsOf(fieldsOf(object)["metadata"]);
  return typeof name === "string" ? name : "";
}
