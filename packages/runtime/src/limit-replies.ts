import type { Readable } from "node:stream";

/** What stands for a bulk string that was too large to be let in. */
export const CUT_REPLY = "\u0000too large";
const REPLACEMENT = Buffer.from(`$${CUT_REPLY.length}\r\n${CUT_REPLY}\r\n`);

/** The types of RESP whose header announces how many bytes follow: `$` bulk string, `!` bulk error, `=` verbatim string. */
const BULK: ReadonlySet<number> = new Set([36, 33, 61]);
const LINE_FEED = 10;
/** A type, a length of up to 20 digits and a line break. */
const MOST_HEADER_BYTES = 32;
const HEADER = /^.(\d+)\r\n$/;
const BREAK_BYTES = 2;

/**
 * Goes along with what a Redis server sends, and takes out each bulk string that announces more than
 * `maxBytes`, before anybody holds it in memory: in its place stands {@link CUT_REPLY}. It keeps none of
 * it: a message of 64 MiB costs as many bytes of traffic, and the connection lives on. The protocol is
 * RESP 2 or 3 (redis.io, "Redis serialization protocol specification"), of which it reads no more than
 * where a bulk string begins and ends.
 */
export class ReplyLimiter {
  readonly #maxBytes: () => number;
  /** Bytes of a bulk string that are still to come, and whether they are let in. */
  #left = 0;
  #lets = true;
  /** Inside a line that is no header of a bulk string. */
  #inLine = false;
  /** The begin of a header whose end has not come yet. */
  #header = Buffer.alloc(0);

  constructor(maxBytes: () => number) {
    this.#maxBytes = maxBytes;
  }

  /** What came → what is let in of it, perhaps nothing. */
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
    // Parts that follow each other are most often all that came.
    const length = kept.reduce((sum, part) => sum + part.length, 0);
    return length === whole.length && !kept.includes(REPLACEMENT) ? whole : Buffer.concat(kept);
  }

  /** What is let in of the next part of `bytes`, and how long that part is. */
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
    if (end === 0 && bytes.length < MOST_HEADER_BYTES) {
      this.#header = Buffer.from(bytes);
      return [bytes.subarray(0, 0), bytes.length];
    }
    return this.#begin(bytes, end || bytes.length);
  }

  /** At the header of a bulk string, or at a line that is too long to be one. */
  #begin(bytes: Buffer, used: number): [part: Buffer, used: number] {
    const header = bytes.subarray(0, used);
    const length = HEADER.exec(header.toString("latin1"))?.[1];
    if (length === undefined) {
      // Of no value (`$-1`), or nothing that this knows.
      this.#inLine = header.at(-1) !== LINE_FEED;
      return [header, used];
    }
    this.#left = Number(length) + BREAK_BYTES;
    this.#lets = Number(length) <= this.#maxBytes();
    return [this.#lets ? header : REPLACEMENT, used];
  }
}

/**
 * Puts a {@link ReplyLimiter} between a connection and whoever reads it; before anything has been read.
 * `push` is where a stream takes what its source has for it (Node's "readable.push"), of a socket too.
 */
export function limitReplies(stream: Readable, maxBytes: () => number): void {
  const limiter = new ReplyLimiter(maxBytes);
  const push = stream.push.bind(stream);
  stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (!Buffer.isBuffer(chunk)) return push(chunk, encoding);
    const kept = limiter.take(chunk);
    // Nothing to read yet, and room for more.
    return kept.length === 0 || push(kept);
  };
}
