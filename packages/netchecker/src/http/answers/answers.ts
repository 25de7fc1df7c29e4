import { finished, Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { HttpError } from "../http-error.ts";
import { BoundedCache, FullError } from "./bounded-cache.ts";
import { encodingOf, type Encoding } from "./encodings.ts";
import { type Body, encodedStream, inTurns, makeBody } from "./make-body.ts";
import { StreamSlots } from "./stream-slots.ts";

const MIB = 1024 * 1024;
/** About as much as the kernel's buffers take before the client reads anything. */
const SOCKET_BUFFER_BYTES = 64 * 1024;

/** Bounds for the memory of all answers together. */
export interface AnswerLimits {
  /** The largest body, encoded, that is made once and shared by all readers. */
  readonly sharedBytes: number;
  /** The bound for all shared bodies: those kept, being sent and being made. */
  readonly allSharedBytes: number;
  /** Larger bodies are made for each reader, row by row. This is how many at once. */
  readonly streams: number;
  /** How many of these streams may be encoded: an encoder holds more memory than the rows. */
  readonly encodedStreams: number;
  /** How many clients may read, at once, a body that does not fit into the kernel's buffers. */
  readonly readers: number;
  /** How many shared bodies are made at once. */
  readonly makingAtOnce: number;
  /** How many shared bodies may wait to be made. */
  readonly waiting: number;
}

export const ANSWER_LIMITS: AnswerLimits = {
  sharedBytes: 8 * MIB,
  allSharedBytes: 24 * MIB,
  streams: 16,
  encodedStreams: 4,
  readers: 256,
  makingAtOnce: 2,
  waiting: 64,
};

/** What a body is made of. */
export interface Source {
  /** Pieces of some kilobytes. */
  readonly pieces: Iterable<string>;
  /** Called when the pieces are no longer needed. */
  readonly release?: () => void;
}

export interface Answer {
  /** Names the body: the same key means the same bytes. */
  readonly key: string;
  readonly type: string;
  /** Called if the body has to be made. */
  readonly open: () => Source | Promise<Source>;
}

/**
 * Sends answers of any length to any number of readers, within bounded memory. A short body is made and encoded once
 * and shared. A long body is made for each reader while it reads, for a few readers at a time. Further readers get a
 * 503 that says when to try again.
 */
export class Answers {
  readonly #limits: AnswerLimits;
  readonly #bodies: BoundedCache<Body | "large">;
  readonly #slots: StreamSlots;
  #readers = 0;

  constructor(limits = ANSWER_LIMITS) {
    this.#limits = limits;
    const { allSharedBytes: maxSize, makingAtOnce, waiting } = limits;
    this.#bodies = new BoundedCache({ maxSize, makingAtOnce, waiting });
    this.#slots = new StreamSlots(limits);
  }

  /** What is held now; for tests. */
  get held() {
    return { sharedBytes: this.#bodies.size, streams: this.#slots.taken, readers: this.#readers };
  }

  /** Throws a 503 if no more can be held, and whatever `open` throws. */
  async send(
    request: FastifyRequest,
    reply: FastifyReply,
    { key, type, open }: Answer,
  ): Promise<FastifyReply> {
    reply.type(type).header("vary", "accept-encoding");
    // A HEAD request needs no body.
    if (request.method === "HEAD") return reply.send(Readable.from([]));
    const wanted = encodingOf(request.headers["accept-encoding"]);
    const { value: body, release } = await this.#shared(`${wanted} ${key}`, wanted, open);
    if (body === "large") {
      release();
      return this.#stream(reply, wanted, open);
    }
    whenSent(reply, release);
    if (body.bytes > SOCKET_BUFFER_BYTES) this.#countReader(reply);
    if (body.encoding !== "identity") reply.header("content-encoding", body.encoding);
    return reply
      .header("content-length", body.bytes)
      .send(Readable.from(inTurns(body.chunks), { objectMode: false }));
  }

  #countReader(reply: FastifyReply): void {
    if (this.#readers >= this.#limits.readers) throw busy();
    this.#readers += 1;
    whenSent(reply, () => void (this.#readers -= 1));
  }

  async #shared(key: string, wanted: Encoding, open: Answer["open"]) {
    try {
      return await this.#bodies.hold(key, async (reserve) => {
        // The key and the entry take memory beside the body.
        reserve(key.length * 2 + 1_024);
        const { pieces, release } = await open();
        try {
          return await makeBody(pieces, wanted, this.#limits.sharedBytes, reserve);
        } finally {
          release?.();
        }
      });
    } catch (error) {
      throw error instanceof FullError ? busy() : error;
    }
  }

  async #stream(
    reply: FastifyReply,
    encoding: Encoding,
    open: Answer["open"],
  ): Promise<FastifyReply> {
    const leave = this.#slots.take(encoding !== "identity");
    if (!leave) throw busy();
    whenSent(reply, leave);
    this.#countReader(reply);
    const { pieces, release } = await open();
    if (release) whenSent(reply, release);
    if (encoding !== "identity") reply.header("content-encoding", encoding);
    return reply.send(encodedStream(pieces, encoding));
  }
}

/** Calls `then` once the answer is sent, or once its reader is gone. */
export function whenSent({ raw }: FastifyReply, then: () => void): void {
  finished(raw, () => then());
}

/** The error for a client when memory for answers is used up. */
export function busy(): HttpError {
  const message = "netchecker answers as many at once as it can hold. Try again in 2 s.";
  return new HttpError(503, "busy", message, { "retry-after": "2" });
}
