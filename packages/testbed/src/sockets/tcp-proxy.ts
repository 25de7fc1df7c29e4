import { connect, createServer, type Server, type Socket } from "node:net";
import { listen } from "./listen.ts";
import { resetSocket } from "./reset-socket.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

interface TcpProxyOptions {
  /** A listener accepts one connection each time around the event loop: an address that many dial at once needs several. */
  readonly acceptors?: number;
  /** Whether {@link TcpProxy.loseLargerThan} is to work. */
  readonly looksAtSizes?: boolean;
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
  readonly #stuck = new Set<() => void>();
  #largestBytes: number | null = null;
  readonly #acceptors: number;
  readonly #looksAtSizes: boolean;
  #servers: Server[] = [];
  // Opening and closing take turns: each starts when the one before is done.
  #turn: Promise<void> = Promise.resolve();

  /** Port 0 takes a free one at the first {@link open}, and keeps it. */
  constructor(
    at: Address,
    backend: () => Address | null,
    { acceptors = 1, looksAtSizes = false }: TcpProxyOptions = {},
  ) {
    this.#acceptors = acceptors;
    this.#looksAtSizes = looksAtSizes;
    this.#host = at.host;
    this.#port = at.port;
    this.#backend = backend;
  }

  get address(): string {
    return `${this.#host}:${this.#port}`;
  }

  /** Listens. Safe to call twice. Rejects with a TestbedError when the address is taken. */
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

  /**
   * From now on what a client writes at once and is larger than `bytes` is lost, and so is all that it writes after that
   * on the same connection, as where a path drops large packets: TCP sends the lost one again and again, and never the
   * next. Null: what was held up goes on.
   */
  loseLargerThan(bytes: number | null): void {
    this.#largestBytes = bytes;
    if (bytes === null) for (const goOn of this.#stuck) goOn();
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
    if (this.#looksAtSizes) this.#passSmall(client, upstream);
    else pass(client, upstream);
    pass(upstream, client);
  }

  #passSmall(from: Socket, to: Socket): void {
    let held: Buffer[] | null = null;
    const goOn = () => {
      for (const data of held ?? []) to.write(data);
      held = null;
    };
    this.#stuck.add(goOn);
    from.on("data", (data: Buffer) => {
      if (held === null && this.#largestBytes !== null && data.length > this.#largestBytes)
        held = [];
      if (held !== null) held.push(data);
      else if (!to.write(data)) {
        from.pause();
        to.once("drain", () => from.resume());
      }
    });
    from.on("end", () => {
      if (held === null) to.end();
    });
    from.on("error", () => resetSocket(to));
    from.on("close", () => this.#stuck.delete(goOn));
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
