import { connect, type Socket } from "node:net";

/** What a connection sends before it goes idle, and whether it reads answers. */
export interface IdleKind {
  readonly sends: string;
  readonly reads: boolean;
}

/** How long a client that never reads stays, on average: longer than a service needs to notice it. */
const UNREAD_CONNECTION_MS = 30_000;
const HEAD = "Host: netchecker\r\nAccept-Encoding: zstd\r\n";

/** One kind sends nothing, one half a request head, one a whole request whose connection is kept alive. */
export const IDLE_KINDS: readonly IdleKind[] = [
  { sends: "", reads: true },
  { sends: `GET /results HTTP/1.1\r\n${HEAD}X-Half: `, reads: true },
  { sends: `GET /healthz HTTP/1.1\r\n${HEAD}\r\n`, reads: true },
];

/** A request for a large answer that the client never reads. */
export function neverReading(path: string, encoding: string): IdleKind {
  const head = `GET ${path} HTTP/1.1\r\nHost: netchecker\r\nAccept-Encoding: ${encoding}\r\n\r\n`;
  return { sends: head, reads: false };
}

/** Holds many connections open. A connection that was closed is opened again after a while. */
export class IdleConnections {
  readonly #kinds: readonly IdleKind[];
  readonly #to: { readonly host: string; readonly port: number };
  readonly #againMs: number;
  readonly #sockets = new Set<Socket>();
  #stopped = false;
  /** The largest number of connections that were open at the same time. */
  maxOpen = 0;
  /** How many open connections were closed. */
  closed = 0;
  /** How many connections could not be opened. */
  refused = 0;

  constructor(to: { host: string; port: number }, kinds: readonly IdleKind[], againMs: number) {
    this.#to = to;
    this.#kinds = kinds;
    this.#againMs = againMs;
  }

  /** Opens 100 connections at a time, because the kernel bounds how many can wait to be accepted. */
  async open(count: number): Promise<void> {
    for (let index = 0; index < count && !this.#stopped; index += 1) {
      this.#connect(index);
      if (index % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  close(): void {
    this.#stopped = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  #connect(index: number): void {
    if (this.#stopped) return;
    const { sends, reads } = this.#kinds[index % this.#kinds.length]!;
    let opened = false;
    const socket = connect(this.#to, () => {
      opened = true;
      this.#sockets.add(socket);
      this.maxOpen = Math.max(this.maxOpen, this.#sockets.size);
      if (sends !== "") socket.write(sends);
      // A client that reads nothing does not notice when the other side closes, so a timer ends it.
      if (!reads) setTimeout(() => socket.destroy(), UNREAD_CONNECTION_MS * (0.5 + Math.random()));
    });
    if (reads) socket.resume();
    else socket.pause();
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#sockets.delete(socket);
      if (opened) this.closed += 1;
      else this.refused += 1;
      setTimeout(() => this.#connect(index), this.#againMs * (0.5 + Math.random())).unref();
    });
  }
}
