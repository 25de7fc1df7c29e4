import { connect, createServer, type Server, type Socket } from "node:net";
import { listen } from "./listen.ts";
import { resetSocket } from "./reset-socket.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * Passes TCP connections on, bytes, ends and resets alike. Where `backend` gives null, a connection
 * stays open and silent, which is as near to a dropped packet as an accepting socket gets.
 */
export class TcpProxy {
  readonly #host: string;
  #port: number;
  readonly #backend: () => Address | null;
  readonly #sockets = new Set<Socket>();
  readonly #acceptors: number;
  #servers: Server[] = [];
  // Opening and closing take turns: each starts when the one before is done.
  #turn: Promise<void> = Promise.resolve();

  /**
   * Port 0 takes a free one at the first {@link open}, and keeps it. A listener accepts one connection
   * each time around the event loop: an address that many dial at once needs more than one `acceptors`.
   */
  constructor(at: Address, backend: () => Address | null, acceptors = 1) {
    this.#acceptors = acceptors;
    this.#host = at.host;
    this.#port = at.port;
    this.#backend = backend;
  }

  get address(): string {
    return `${this.#host}:${this.#port}`;
  }

  /** Listens. Safe to call twice. Rejects with a LocalClusterError when the address is taken. */
  open(): Promise<void> {
    return this.#next(async () => {
      if (this.#servers.length > 0) return;
      while (this.#servers.length < this.#acceptors) {
        const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) =>
          this.#accept(client),
        );
        this.#port = await listen(server, this.#host, this.#port, this.#acceptors > 1);
        this.#servers.push(server);
      }
    });
  }

  /** Refuses new connections and resets the open ones. Safe to call twice. */
  close(): Promise<void> {
    return this.#next(async () => {
      const closed = this.#servers.map(
        (server) => new Promise<void>((resolve) => server.close(() => resolve())),
      );
      this.#servers = [];
      for (const socket of this.#sockets) resetSocket(socket);
      await Promise.all(closed);
    });
  }

  #next(act: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(act);
    this.#turn = done.catch(() => {});
    return done;
  }

  #accept(client: Socket): void {
    this.#track(client);
    const backend = this.#backend();
    if (!backend) {
      client.on("error", () => client.destroy());
      client.on("end", () => client.destroy());
      client.resume();
      return;
    }
    const upstream = connect({ ...backend, allowHalfOpen: true, noDelay: true });
    this.#track(upstream);
    pass(client, upstream);
    pass(upstream, client);
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
  }
}

/** `pipe` holds back the sender when the receiver is slow, and ends the one when the other has ended. */
function pass(from: Socket, to: Socket): void {
  from.pipe(to);
  from.on("error", () => resetSocket(to));
}
