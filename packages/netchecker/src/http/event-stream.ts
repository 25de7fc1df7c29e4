import { Readable } from "node:stream";

/** Proxies cut connections that are silent for about a minute. */
const HEARTBEAT_MS = 15_000;
/** A client that leaves more than this unread is cut off. It may connect again. */
const MAX_WAITING_BYTES = 64 * 1024;

/** A stream of server-sent events with comments as heartbeats. */
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

  /** Ends the stream after the events that were sent. */
  end(): void {
    this.#ended = true;
    this.push(null);
  }

  #write(text: string): void {
    if (this.#ended || this.destroyed) return;
    if (this.readableLength > MAX_WAITING_BYTES) this.destroy();
    else this.push(text);
  }
}
