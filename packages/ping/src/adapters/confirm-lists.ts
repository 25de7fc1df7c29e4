import { hash } from "node:crypto";
import { decodeListDigests, type RedisNames, type TargetType } from "@netchecker/contract";
import { type Redis, sayRedisError } from "@netchecker/runtime/redis";
import type { Log } from "../ports.ts";

/**
 * The least time between two reads of the keys. So a flood of messages causes few requests to
 * Redis.
 */
const PAUSE_MS = 250;
/**
 * How long the agent tries again if the keys cannot be read. After that, the next connection
 * catches up.
 */
const RETRY_FOR_MS = 10_000;

interface Heard {
  readonly text: string;
  readonly at: number;
}

/** A list as it is stored under its key. */
export interface KeptList {
  readonly text: string;
  /** Milliseconds until its report is due. Null if the key does not say. */
  readonly dueInMs: number | null;
}

export interface ListConfirmerParts {
  readonly commands: Redis;
  readonly names: RedisNames;
  readonly log: Log;
  /** The list is netchecker's. It was received `agoMs` milliseconds ago. */
  readonly genuine: (type: TargetType, text: string, agoMs: number) => void;
  /** A different list is stored under the key. */
  readonly kept: (type: TargetType, list: KeptList) => void;
  /** The list is not netchecker's, or it is an old one. */
  readonly unconfirmed: (type: TargetType) => void;
}

/** The list that netchecker keeps for a type. Null if there is none. Rejects when Redis is away. */
export async function readKept(
  commands: Redis,
  names: RedisNames,
  type: TargetType,
): Promise<KeptList | null> {
  const key = names.listKeys[type];
  const replies = await commands.multi().get(key).pttl(key).exec();
  const text = replies?.[0]?.[1];
  const ttlMs = Number(replies?.[1]?.[1]);
  // The key expires when the report is due. Clocks of nodes differ, but the remaining time is the
  // same for all.
  return typeof text === "string" ? { text, dueInMs: ttlMs >= 0 ? ttlMs : null } : null;
}

/**
 * Confirms that a list comes from netchecker. Anybody may publish on a channel, but where Redis has
 * an ACL only netchecker may write the keys. The last message of each type waits until this class
 * has read the digests, which are a few hundred bytes per round. If the digest of the message is
 * not among them, the list is read from its key.
 */
export class ListConfirmer {
  readonly #parts: ListConfirmerParts;
  readonly #waiting = new Map<TargetType, Heard>();
  /** The digest of the last list that was taken, by type. */
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
    // The other messages of the same round arrive at the same moment.
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
        // netchecker's list has already been taken.
        else if (digests && digests[type] === this.#taken.get(type)) this.#parts.unconfirmed(type);
        else await this.#readKey(type, text, at);
      }
    } catch (error) {
      this.#parts.log.debug({ why: sayRedisError(error) }, "could not look whose a list is");
      for (const [type, each] of heard)
        if (!this.#waiting.has(type) && performance.now() - each.at < RETRY_FOR_MS)
          this.#waiting.set(type, each);
    } finally {
      this.#looking = false;
      this.#lookSoon();
    }
  }

  /**
   * Needed for a netchecker that writes no digests, and when lists come faster than the digests are
   * read.
   */
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
