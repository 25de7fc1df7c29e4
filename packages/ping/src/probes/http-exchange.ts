import { connect, type Socket } from "node:net";
import type { HostPort } from "./host-port.ts";
import { ProbeFailureError } from "./probe-failure.ts";
import { type AnswerListener, AnswerReader } from "./read-answer.ts";

// One buffer for all connections: a socket hands over what it read before any other socket reads.
// Node would otherwise allocate 64 KiB for each read.
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);

interface Waiter {
  readonly resolve: (status: number) => void;
  readonly reject: (error: Error) => void;
  readonly reader: AnswerReader;
}

/**
 * A new connection and the requests on it, one after the other. It is not a general HTTP client: it
 * is only for pong, and an agent uses it a thousand times a round. Measured with a GET and an 8 KiB
 * POST, from connect to close: undici's Client costs 250 to 300 µs of CPU and 30 MB of memory more,
 * and this costs about 95 µs.
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
   * Connects to an IP. Rejects with the socket's error or with the reason of `signal`. An abort of
   * `signal` also ends the connection later.
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
   * Sends a request and returns the status once the answer is complete. `listener` gets the parts
   * of the answer while they arrive. Rejects with the socket's error, with ECONNRESET if the peer
   * closed first, or with a ProbeFailureError (`wrong_responder`) if the answer is not like pong's.
   */
  request(line: string, listener: AnswerListener, body?: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      this.#waiter = { resolve, reject, reader: new AnswerReader(listener) };
      const head = this.#head(line, body?.length);
      if (!body) return void this.#socket.write(head, "latin1");
      // Head and body are sent together, without a copy.
      this.#socket.cork();
      this.#socket.write(head, "latin1");
      this.#socket.write(body);
      this.#socket.uncork();
    });
  }

  /** The length of the head of such a request, with a body of `bodyBytes`. */
  headBytes(line: string, bodyBytes: number): number {
    return this.#head(line, bodyBytes).length;
  }

  #head(line: string, bodyBytes?: number): string {
    const length = bodyBytes === undefined ? "" : `content-length: ${bodyBytes}\r\n`;
    return `${line} HTTP/1.1\r\nhost: ${this.#host}\r\n${length}\r\n`;
  }

  /**
   * Ends the connection with a reset. Call it when every answer is complete, because a reset
   * destroys what is still in flight. pong silently drops a reset connection. And nobody, not even
   * the node's connection tracking, has to keep a closed connection for minutes. There are
   * thousands each round. Safe to call twice.
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
