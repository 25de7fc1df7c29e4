import { finished, Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { HttpError } from "../errors.ts";
import { BoundedCache, FullError } from "./bounded-cache.ts";
import { encodingOf, type Encoding } from "./encodings.ts";
import { type Body, encodedStream, inTurns, makeBody } from "./make-body.ts";
import { StreamSlots } from "./stream-slots.ts";

const MIB = 1024 * 1024;
/** About as much as a connection takes without being read. */
const TAKEN_AT_ONCE_BYTES = 64 * 1024;

/** What answers may hold, all together. */
export interface AnswerLimits {
  /** Up to so many bytes, encoded, one copy is made for all who ask. */
  readonly sharedBytes: number;
  /** All copies: kept, being sent, being made. */
  readonly allSharedBytes: number;
  /** Longer ones are made for each reader, row by row, for so many at once. */
  readonly streams: number;
  /** So many of these are encoded: an encoder holds more than the rows do. */
  readonly encodedStreams: number;
  /** So many read at once what does not fit into a connection's own buffers. */
  readonly readers: number;
  /** Copies that are made at once, and that wait for it. */
  readonly makingAtOnce: number;
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

/** What a body is made of, and what lets go of it. */
export interface Source {
  /** Pieces of some kilobytes. */
  readonly pieces: Iterable<string>;
  readonly release?: () => void;
}

export interface Answer {
  /** Names the body: the same key, the same bytes. */
  readonly key: string;
  readonly type: string;
  /** Called where the body has to be made. */
  readonly open: () => Source | Promise<Source>;
}

/**
 * Answers of any length to any number of readers, within bounds: what is short is made and encoded once for
 * all, what is long is made for each as it reads, for a few at a time; the next one is told to come again.
 */
export class Answers {
  readonly #limits: AnswerLimits;
  readonly #bodies: BoundedCache<Body | "large">;
  readonly #slots: StreamSlots;
  #readers = 0;

  constructor(limits = ANSWER_LIMITS) {
    this.#limits = limits;
    const { allSharedBytes: most, makingAtOnce, waiting } = limits;
    this.#bodies = new BoundedCache({ most, makingAtOnce, waiting });
    this.#slots = new StreamSlots(limits);
  }

  /** What is held now, for those who count. */
  get held() {
    return { sharedBytes: this.#bodies.size, streams: this.#slots.taken, readers: this.#readers };
  }

  /** Throws a 503 that says when to come again where no more can be held, and what `open` throws. */
  async send(
    request: FastifyRequest,
    reply: FastifyReply,
    { key, type, open }: Answer,
  ): Promise<FastifyReply> {
    reply.type(type).header("vary", "accept-encoding");
    // Who asks for the head alone is not worth a body.
    if (request.method === "HEAD") return reply.send(Readable.from([]));
    const wanted = encodingOf(request.headers["accept-encoding"]);
    const { value: body, release } = await this.#shared(`${wanted} ${key}`, wanted, open);
    if (body === "large") {
      release();
      return this.#stream(reply, wanted, open);
    }
    whenSent(reply, release);
    if (body.bytes > TAKEN_AT_ONCE_BYTES) this.#countReader(reply);
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
        // What is kept beside the body.
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

/** Once the answer has left, or its reader has. */
export function whenSent({ raw }: FastifyReply, then: () => void): void {
  finished(raw, () => then());
}

/** As many are answered as can be held at once. */
export function busy(): HttpError {
  const message = "netchecker answers as many at once as it can hold. Try again in 2 s.";
  return new HttpError(503, "busy", message, { "retry-after": "2" });
}
