import { Readable } from "node:stream";

/** Proxies cut connections that are silent for a minute or so. */
const HEARTBEAT_MS = 15_000;
/** So much waits for a reader that does not read; it is cut off then, and may come again. */
const MOST_WAITING_BYTES = 64 * 1024;

/** Server-sent events, with a comment as heartbeat, until the reader is gone or it is ended. */
export class EventStream extends Readable {
  readonly #heartbeat = setInterval(() => this.#write(":\n\n"), HEARTBEAT_MS).unref();
  #ended = false;

  constructor() {
    super({ read: () => {} });
    this.once("close", () => clearInterval(this.#heartbeat));
  }

  send(event: string, data: object): void {
    this.#write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Nothing comes after what was sent. */
  end(): void {
    this.#ended = true;
    this.push(null);
  }

  #write(text: string): void {
    if (this.#ended || this.destroyed) return;
    if (this.readableLength > MOST_WAITING_BYTES) this.destroy();
    else this.push(text);
  }
}
