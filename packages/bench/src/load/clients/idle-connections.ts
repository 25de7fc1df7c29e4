import { connect, type Socket } from "node:net";

/** What a connection sends once before it goes idle, and whether it ever reads. */
export interface IdleKind {
  readonly sends: string;
  readonly reads: boolean;
}

/** Longer than a service needs to find out. */
const NEVER_READING_FOR_MS = 30_000;
const HEAD = "Host: netchecker\r\nAccept-Encoding: zstd\r\n";

/** Nothing at all; half a head; a whole request, after which the connection is kept alive. */
export const IDLE: readonly IdleKind[] = [
  { sends: "", reads: true },
  { sends: `GET /results HTTP/1.1\r\n${HEAD}X-Half: `, reads: true },
  { sends: `GET /healthz HTTP/1.1\r\n${HEAD}\r\n`, reads: true },
];

/** A whole request for a large answer, of which nothing is ever taken. */
export function neverReading(path: string, encoding: string): IdleKind {
  const head = `GET ${path} HTTP/1.1\r\nHost: netchecker\r\nAccept-Encoding: ${encoding}\r\n\r\n`;
  return { sends: head, reads: false };
}

/** So many connections held open, each made again some time after it was closed. */
export class IdleConnections {
  readonly #kinds: readonly IdleKind[];
  readonly #to: { readonly host: string; readonly port: number };
  readonly #againMs: number;
  readonly #sockets = new Set<Socket>();
  #stopped = false;
  /** How many stood at the same time, at the most; how many were closed by the other side; and how many refused. */
  most = 0;
  closed = 0;
  refused = 0;

  constructor(to: { host: string; port: number }, kinds: readonly IdleKind[], againMs: number) {
    this.#to = to;
    this.#kinds = kinds;
    this.#againMs = againMs;
  }

  /** A hundred at each step: what waits to be accepted is bounded by the kernel. */
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
    let stood = false;
    const socket = connect(this.#to, () => {
      stood = true;
      this.#sockets.add(socket);
      this.most = Math.max(this.most, this.#sockets.size);
      if (sends !== "") socket.write(sends);
      // Who reads nothing is never told that the other side has closed.
      if (!reads) setTimeout(() => socket.destroy(), NEVER_READING_FOR_MS * (0.5 + Math.random()));
    });
    if (reads) socket.resume();
    else socket.pause();
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#sockets.delete(socket);
      if (stood) this.closed += 1;
      else this.refused += 1;
      setTimeout(() => this.#connect(index), this.#againMs * (0.5 + Math.random())).unref();
    });
  }
}
