import { ProbeFailureError } from "./probe-failure.ts";

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

const MAX_HEAD_BYTES = 8 * 1024;
const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})(?: |$)/;
const START = "HTTP/1.";

/** It answers, but not as pong does. */
const notPong = (detail: string) => new ProbeFailureError("wrong_responder", detail);

/**
 * Reads one HTTP/1.1 answer as pong writes it: a status line, headers, a body of `content-length`.
 * Strict and bounded: whatever else comes throws a ProbeFailureError with `wrong_responder`.
 */
export class AnswerReader {
  readonly #maxBodyBytes: number;
  readonly #onHead: () => void;
  #head = "";
  #status = 0;
  #headers: ReadonlyMap<string, string> = new Map();
  #body: Buffer | undefined;
  #received = 0;

  constructor(maxBodyBytes: number, onHead: () => void) {
    this.#maxBodyBytes = maxBodyBytes;
    this.#onHead = onHead;
  }

  /** Takes what has arrived (copied: the chunk may be used again); gives the answer once it is whole. */
  take(chunk: Buffer): HttpAnswer | null {
    let rest = chunk;
    if (!this.#body) {
      // One character is one byte.
      const before = this.#head.length;
      this.#head += chunk.toString("latin1", 0, MAX_HEAD_BYTES);
      const end = this.#head.indexOf("\r\n\r\n");
      if (end < 0) {
        if (!this.#head.startsWith(START.slice(0, this.#head.length)))
          throw notPong("not HTTP/1.1");
        if (this.#head.length >= MAX_HEAD_BYTES) throw notPong("head too large");
        return null;
      }
      this.#body = Buffer.allocUnsafe(this.#readHead(this.#head.slice(0, end)));
      this.#onHead();
      rest = chunk.subarray(end + 4 - before);
    }
    if (this.#received + rest.length > this.#body.length) throw notPong("more than content-length");
    this.#received += rest.copy(this.#body, this.#received);
    if (this.#received < this.#body.length) return null;
    return { status: this.#status, headers: this.#headers, body: this.#body };
  }

  /** Gives the body's length. */
  #readHead(head: string): number {
    const [statusLine, ...lines] = head.split("\r\n");
    const status = STATUS_LINE.exec(statusLine!)?.[1];
    if (status === undefined) throw notPong("not HTTP/1.1");
    this.#status = Number(status);
    const headers = new Map<string, string>();
    for (const line of lines) {
      const colon = line.indexOf(":");
      const name = line.slice(0, colon).toLowerCase();
      if (colon < 1 || (name === "content-length" && headers.has(name)))
        throw notPong(`malformed head, status ${status}`);
      headers.set(name, line.slice(colon + 1).trim());
    }
    this.#headers = headers;
    const length = headers.get("content-length") ?? "";
    if (headers.has("transfer-encoding") || !/^\d{1,9}$/.test(length))
      throw notPong(`no content-length, status ${status}`);
    if (Number(length) > this.#maxBodyBytes) throw notPong(`body too large, status ${status}`);
    return Number(length);
  }
}
