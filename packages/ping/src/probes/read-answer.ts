import { ProbeFailureError } from "./probe-failure.ts";

/** Gets the parts of an answer while they arrive. */
export interface AnswerListener {
  /** The longest body that is accepted, in bytes. */
  readonly maxBodyBytes: number;
  head?(): void;
  /** The next part of the body. The buffer is only valid during the call. */
  body(part: Buffer): void;
}

const MAX_HEAD_BYTES = 8 * 1024;
const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})(?: |$)/;
const START = "HTTP/1.";
const LENGTH = /^\d{1,9}$/;

/** Something answers, but not like pong. */
const notPong = (detail: string) => new ProbeFailureError("wrong_responder", detail);

/**
 * Reads one HTTP/1.1 answer in the form that pong writes: a status line, headers, and a body of
 * `content-length` bytes. It is strict, and it only stores the head. Any other answer throws a
 * ProbeFailureError with `wrong_responder`.
 */
export class AnswerReader {
  readonly #listener: AnswerListener;
  #head = "";
  #status = 0;
  /** The bytes of the body that are still to come. Null until the head is complete. */
  #bytesLeft: number | null = null;

  constructor(listener: AnswerListener) {
    this.#listener = listener;
  }

  /** Takes bytes that arrived. Returns the status once the answer is complete. */
  take(chunk: Buffer): number | null {
    const body = this.#bytesLeft === null ? this.#takeHead(chunk) : chunk;
    if (body === null || this.#bytesLeft === null) return null;
    if (body.length > this.#bytesLeft) throw notPong("more than content-length");
    this.#bytesLeft -= body.length;
    if (body.length > 0) this.#listener.body(body);
    return this.#bytesLeft === 0 ? this.#status : null;
  }

  /** Returns the bytes after the head. Null until the head is complete. */
  #takeHead(chunk: Buffer): Buffer | null {
    const before = this.#head.length;
    // In latin1 one character is one byte.
    this.#head += chunk.toString("latin1", 0, MAX_HEAD_BYTES);
    const end = this.#head.indexOf("\r\n\r\n");
    if (end < 0) {
      if (!this.#head.startsWith(START.slice(0, this.#head.length))) throw notPong("not HTTP/1.1");
      if (this.#head.length >= MAX_HEAD_BYTES) throw notPong("head too large");
      return null;
    }
    this.#readHead(this.#head.slice(0, end));
    this.#listener.head?.();
    return chunk.subarray(end + 4 - before);
  }

  #readHead(head: string): void {
    const [statusLine, ...lines] = head.split("\r\n");
    const status = STATUS_LINE.exec(statusLine!)?.[1];
    if (status === undefined) throw notPong("not HTTP/1.1");
    let length: string | undefined;
    for (const line of lines) {
      const colon = line.indexOf(":");
      const name = line.slice(0, colon).toLowerCase();
      if (
        colon < 1 ||
        name === "transfer-encoding" ||
        (name === "content-length" && length !== undefined)
      )
        throw notPong(`malformed head, status ${status}`);
      if (name === "content-length") length = line.slice(colon + 1).trim();
    }
    if (length === undefined || !LENGTH.test(length))
      throw notPong(`no content-length, status ${status}`);
    if (Number(length) > this.#listener.maxBodyBytes)
      throw notPong(`body too large, status ${status}`);
    this.#status = Number(status);
    this.#bytesLeft = Number(length);
  }
}
