import { hash } from "node:crypto";
import { decodeListDigests, type RedisNames, type TargetType } from "@netchecker/contract";
import { type Redis, sayRedisError } from "@netchecker/runtime/redis";
import type { Log } from "../ports.ts";

/** From one look at the keys to the next, at least: whoever publishes much makes an agent ask little. */
const PAUSE_MS = 250;
/** Where the keys cannot be read, for so long it is tried again; then the next connection catches up. */
const PATIENCE_MS = 10_000;

interface Heard {
  readonly text: string;
  readonly at: number;
}

/** A list as it stands under its key. */
export interface KeptList {
  readonly text: string;
  /** Until its report is due; null where the key does not say. */
  readonly dueInMs: number | null;
}

export interface ListConfirmerParts {
  readonly commands: Redis;
  readonly names: RedisNames;
  readonly log: Log;
  /** It is netchecker's, as it was heard `ago` milliseconds before. */
  readonly genuine: (type: TargetType, text: string, agoMs: number) => void;
  /** Another one stands under the key. */
  readonly kept: (type: TargetType, list: KeptList) => void;
  /** It is not netchecker's, or no more. */
  readonly unconfirmed: (type: TargetType) => void;
}

/** The list of a type as netchecker keeps it; null where there is none. Rejects when Redis is away. */
export async function readKept(
  commands: Redis,
  names: RedisNames,
  type: TargetType,
): Promise<KeptList | null> {
  const key = names.listKeys[type];
  const replies = await commands.multi().get(key).pttl(key).exec();
  const text = replies?.[0]?.[1];
  const ttlMs = Number(replies?.[1]?.[1]);
  // The key expires when the report is due: clocks of nodes differ, what is left does not.
  return typeof text === "string" ? { text, dueInMs: ttlMs >= 0 ? ttlMs : null } : null;
}

/**
 * A channel says that there is a new list; whether it is netchecker's own, the keys say, which nobody else
 * may write where Redis has rules. Of each type the last message waits for a look at the digests, a few
 * hundred bytes for a round; where it is not the one that they name, the list is read from its key.
 */
export class ListConfirmer {
  readonly #parts: ListConfirmerParts;
  readonly #waiting = new Map<TargetType, Heard>();
  /** Digests of the lists that were taken last. */
  readonly #taken = new Map<TargetType, string>();
  #looking = false;
  #lookedAt = -Infinity;

  constructor(parts: ListConfirmerParts) {
    this.#parts = parts;
  }

  hear(type: TargetType, text: string): void {
    this.#waiting.set(type, { text, at: performance.now() });
    this.#lookSoon();
  }

  #lookSoon(): void {
    if (this.#looking || this.#waiting.size === 0) return;
    this.#looking = true;
    const pauseMs = this.#lookedAt + PAUSE_MS - performance.now();
    // The other messages of the same round come in the same moment.
    if (pauseMs > 0) setTimeout(() => void this.#look(), pauseMs);
    else setImmediate(() => void this.#look());
  }

  async #look(): Promise<void> {
    this.#lookedAt = performance.now();
    const heard = [...this.#waiting];
    this.#waiting.clear();
    try {
      const { commands, names } = this.#parts;
      const digests = decodeListDigests((await commands.get(names.listDigests)) ?? "");
      for (const [type, { text, at }] of heard) {
        const digest = hash("sha256", text);
        if (digests?.[type] === digest) this.#genuine(type, text, digest, at);
        // The one that is netchecker's has been taken.
        else if (digests && digests[type] === this.#taken.get(type)) this.#parts.unconfirmed(type);
        else await this.#readKey(type, text, at);
      }
    } catch (error) {
      this.#parts.log.debug({ why: sayRedisError(error) }, "could not look whose a list is");
      for (const [type, each] of heard)
        if (!this.#waiting.has(type) && performance.now() - each.at < PATIENCE_MS)
          this.#waiting.set(type, each);
    } finally {
      this.#looking = false;
      this.#lookSoon();
    }
  }

  /** Of a netchecker that writes no digests, or while lists come faster than looks. */
  async #readKey(type: TargetType, text: string, at: number): Promise<void> {
    const { commands, names, kept, unconfirmed } = this.#parts;
    const list = await readKept(commands, names, type);
    if (list?.text === text) return this.#genuine(type, text, hash("sha256", text), at);
    unconfirmed(type);
    if (!list) return;
    this.#taken.set(type, hash("sha256", list.text));
    kept(type, list);
  }

  #genuine(type: TargetType, text: string, digest: string, at: number): void {
    this.#taken.set(type, digest);
    this.#parts.genuine(type, text, performance.now() - at);
  }
}
