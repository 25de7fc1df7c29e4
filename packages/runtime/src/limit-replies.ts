import type { Readable } from "node:stream";

/** The text that replaces a bulk string that was too large. */
export const CUT_REPLY = "\u0000too large";
const REPLACEMENT = Buffer.from(`$${CUT_REPLY.length}\r\n${CUT_REPLY}\r\n`);

/**
 * The RESP types whose header says how many bytes follow: `$` bulk string, `!` bulk error, `=`
 * verbatim string.
 */
const BULK: ReadonlySet<number> = new Set([36, 33, 61]);
const LINE_FEED = 10;
/** A type, a length of up to 20 digits and a line break. */
const MAX_HEADER_BYTES = 32;
const HEADER = /^.(\d+)\r\n$/;
const BREAK_BYTES = 2;

/**
 * Reads along with what a Redis server sends. It replaces each bulk string of more than `maxBytes`
 * by {@link CUT_REPLY}, before anything stores it. So a message of 64 MiB costs traffic but no
 * memory, and the connection survives. The protocol is RESP 2 or 3 (redis.io, "Redis serialization
 * protocol specification"). The limiter only understands where a bulk string begins and ends.
 */
export class ReplyLimiter {
  readonly #maxBytes: () => number;
  /** The bytes of a bulk string that are still to come, and whether they are let through. */
  #left = 0;
  #lets = true;
  /** Whether it is inside a line that is not the header of a bulk string. */
  #inLine = false;
  /** The beginning of a header whose end has not arrived yet. */
  #header = Buffer.alloc(0);

  constructor(maxBytes: () => number) {
    this.#maxBytes = maxBytes;
  }

  /** Takes bytes that arrived; returns the bytes to let through, which may be none. */
  take(chunk: Buffer): Buffer {
    const kept: Buffer[] = [];
    let rest = this.#header.length > 0 ? Buffer.concat([this.#header, chunk]) : chunk;
    const whole = rest;
    this.#header = Buffer.alloc(0);
    while (rest.length > 0) {
      const [part, used] = this.#next(rest);
      if (part.length > 0) kept.push(part);
      rest = rest.subarray(used);
    }
    const [only] = kept;
    if (kept.length === 1) return only!;
    // Neighbouring parts are usually the whole chunk, which then needs no copy.
    const length = kept.reduce((sum, part) => sum + part.length, 0);
    return length === whole.length && !kept.includes(REPLACEMENT) ? whole : Buffer.concat(kept);
  }

  /** The part of `bytes` to let through next, and the number of bytes that this step used up. */
  #next(bytes: Buffer): [part: Buffer, used: number] {
    if (this.#left > 0) {
      const used = Math.min(this.#left, bytes.length);
      this.#left -= used;
      return [this.#lets ? bytes.subarray(0, used) : bytes.subarray(0, 0), used];
    }
    const end = bytes.indexOf(LINE_FEED) + 1;
    if (this.#inLine || !BULK.has(bytes[0]!)) {
      this.#inLine = end === 0;
      const used = end || bytes.length;
      return [bytes.subarray(0, used), used];
    }
    if (end === 0 && bytes.length < MAX_HEADER_BYTES) {
      this.#header = Buffer.from(bytes);
      return [bytes.subarray(0, 0), bytes.length];
    }
    return this.#begin(bytes, end || bytes.length);
  }

  /** Handles the header of a bulk string, or a line that is too long to be a header. */
  #begin(bytes: Buffer, used: number): [part: Buffer, used: number] {
    const header = bytes.subarray(0, used);
    const length = HEADER.exec(header.toString("latin1"))?.[1];
    if (length === undefined) {
      // A null value (`$-1`), or a header that this class does not know.
      this.#inLine = header.at(-1) !== LINE_FEED;
      return [header, used];
    }
    this.#left = Number(length) + BREAK_BYTES;
    this.#lets = Number(length) <= this.#maxBytes();
    return [this.#lets ? header : REPLACEMENT, used];
  }
}

/**
 * Puts a {@link ReplyLimiter} between a connection and its reader. Call it before anything has been
 * read. A stream's source, also a socket's, delivers its data through `push` (Node's
 * "readable.push").
 */
export function limitReplies(stream: Readable, maxBytes: () => number): void {
  const limiter = new ReplyLimiter(maxBytes);
  const push = stream.push.bind(stream);
  stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (!Buffer.isBuffer(chunk)) return push(chunk, encoding);
    const kept = limiter.take(chunk);
    // True asks the source for more: nothing was let through, so there is room.
    return kept.length === 0 || push(kept);
  };
}
