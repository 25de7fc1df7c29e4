import { connect, type Socket } from "node:net";
import type { HostPort } from "./host-port.ts";
import { ProbeFailureError } from "./probe-failure.ts";
import { type AnswerListener, AnswerReader } from "./read-answer.ts";

// One for all connections: the socket hands over what it read before anything else can read. Node would
// take 64 KiB anew for each read.
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);

interface Waiter {
  readonly resolve: (status: number) => void;
  readonly reject: (error: Error) => void;
  readonly reader: AnswerReader;
}

/**
 * One fresh connection, and requests on it, one after the other. Not an HTTP client: it is for pong
 * alone, a thousand times a round. Measured, connect to close with a GET and an 8 KiB POST: undici's
 * Client costs 250 to 300 µs of CPU and 30 MB of memory more, this about 95 µs.
 */
export class HttpExchange {
  readonly #socket: Socket;
  readonly #host: string;
  #waiter: Waiter | undefined;
  #failure: Error | undefined;

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
  }

  /**
   * Connects to an IP. Rejects with the socket's error, or with the reason of `signal`, which ends the
   * connection at any time later too.
   */
  static open({ host, port }: HostPort, signal: AbortSignal): Promise<HttpExchange> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const socket = connect({
        host,
        port,
        noDelay: true,
        onread: {
          buffer: READ_BUFFER,
          callback: (bytes, buffer) => {
            exchange.#take((buffer as Buffer).subarray(0, bytes));
            return true;
          },
        },
      });
      const exchange = new HttpExchange(socket, host.includes(":") ? `[${host}]` : host);
      const abort = () => socket.destroy(signal.reason);
      signal.addEventListener("abort", abort);
      socket.on("connect", () => resolve(exchange));
      socket.on("end", () => exchange.#fail(closedEarly()));
      socket.on("error", (error) => {
        reject(error);
        exchange.#fail(error);
      });
      socket.on("close", () => {
        signal.removeEventListener("abort", abort);
        exchange.#fail(closedEarly());
      });
    });
  }

  /**
   * Sends a request and gives its answer's status once the answer is whole; `listener` is told what
   * arrives meanwhile. Rejects with the socket's error, with ECONNRESET when the peer closed first, or
   * with a ProbeFailureError (`wrong_responder`) for an answer that is not like pong's.
   */
  request(line: string, listener: AnswerListener, body?: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      this.#waiter = { resolve, reject, reader: new AnswerReader(listener) };
      const head = this.#head(line, body?.length);
      if (!body) return void this.#socket.write(head, "latin1");
      // Head and body leave together, uncopied.
      this.#socket.cork();
      this.#socket.write(head, "latin1");
      this.#socket.write(body);
      this.#socket.uncork();
    });
  }

  /** How long the head of such a request is, with a body of so many bytes. */
  headBytes(line: string, bodyBytes: number): number {
    return this.#head(line, bodyBytes).length;
  }

  #head(line: string, bodyBytes?: number): string {
    const length = bodyBytes === undefined ? "" : `content-length: ${bodyBytes}\r\n`;
    return `${line} HTTP/1.1\r\nhost: ${this.#host}\r\n${length}\r\n`;
  }

  /**
   * Ends the connection with a reset, once every answer is whole: nothing is in flight that it could
   * destroy, pong drops a reset connection without a word, and neither side nor the node's connection
   * tracking keeps a closed connection for minutes, thousands a round. Safe to call twice.
   */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  #take(chunk: Buffer): void {
    const waiter = this.#waiter;
    if (!waiter)
      return this.#fail(new ProbeFailureError("wrong_responder", "answered before it was asked"));
    try {
      const status = waiter.reader.take(chunk);
      if (status === null) return;
      this.#waiter = undefined;
      waiter.resolve(status);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#waiter?.reject(this.#failure);
    this.#waiter = undefined;
    this.#socket.destroy();
  }
}

function closedEarly(): Error {
  return Object.assign(new Error("closed before the answer was whole"), { code: "ECONNRESET" });
}
