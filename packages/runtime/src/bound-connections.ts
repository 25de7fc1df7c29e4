import type { Server } from "node:http";
import type { Socket } from "node:net";

export interface ConnectionLimits {
  readonly maxConnections: number;
  /** Called for each connection that is closed to make room for a newer one. */
  readonly onCrowdedOut?: () => void;
}

/**
 * How long every server here waits for a client that sends its request in parts, in milliseconds.
 */
export const REQUEST_LIMITS = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
} as const;

const LOOK_EVERY_MS = 1_000;
/**
 * A reader that takes no byte for this number of looks is cut off: after 10 s. There is no look
 * while this process stands still, so that time does not count.
 */
const STALLED_LOOKS = 10;
/**
 * The same while the server is closing, and the time after which all remaining connections are cut.
 */
const STALLED_LOOKS_AT_END = 2;
const END_MS = 4_000;

/**
 * A connection is idle for at least this long before it may be closed for a newer one. When many
 * clients connect at once, a request may have arrived although this process has not read it yet.
 */
const GRACE_MS = 500;
/** During that time there may be this many times more connections than allowed. */
const BURST_FACTOR = 3;

interface Busy {
  /** Requests that are not answered yet. */
  requests: number;
  /**
   * Bytes in both directions at the last look, and the number of looks since this number changed.
   */
  bytes: number;
  looks: number;
}

/**
 * Keeps the number of a server's connections within a bound. At the bound, the connection that has
 * been idle for longest is closed, so that a new one is never refused. A connection is idle if it
 * has no complete request, even if half a request head has arrived. If no connection is idle, the
 * one that has moved no byte for longest is closed. A reader that takes no byte of its answer for
 * 10 s is cut off. Connections are closed with a reset, because otherwise the kernel would keep
 * their unread bytes. Long answers must be written in pieces: a reader counts as active when it
 * takes a piece.
 */
class BoundedConnections {
  readonly #limits: ConnectionLimits;
  /** When each connection became idle, in milliseconds. The longest idle one is first. */
  readonly #idle = new Map<Socket, number>();
  /** In the order in which their requests arrived. */
  readonly #busy = new Map<Socket, Busy>();
  #stalledLooks = STALLED_LOOKS;
  #trimming: NodeJS.Timeout | null = null;
  /**
   * The number of connections that were closed for newer ones, and of readers that were cut off.
   */
  readonly ended = { crowdedOut: 0, stalled: 0 };

  constructor(server: Server, limits: ConnectionLimits) {
    this.#limits = limits;
    server.on("connection", (socket: Socket) => this.#open(socket));
    server.on("request", ({ socket }, response) => {
      this.#begin(socket);
      response.once("close", () => this.#finish(socket));
    });
    const looking = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
    server.once("close", () => clearInterval(looking));
  }

  get open(): number {
    return this.#idle.size + this.#busy.size;
  }

  /**
   * Call this when the server is to close. A reader that stopped reading then delays the end by 2
   * s, and any other connection by 4 s at most.
   */
  endSoon(): void {
    this.#stalledLooks = STALLED_LOOKS_AT_END;
    setTimeout(() => {
      for (const socket of [...this.#busy.keys(), ...this.#idle.keys()]) socket.resetAndDestroy();
    }, END_MS).unref();
  }

  #open(socket: Socket): void {
    this.#idle.set(socket, performance.now());
    socket.once("close", () => {
      this.#idle.delete(socket);
      this.#busy.delete(socket);
    });
    if (this.open > this.#limits.maxConnections * BURST_FACTOR) this.#crowdOut();
    else if (this.open > this.#limits.maxConnections) this.#trimSoon();
  }

  #begin(socket: Socket): void {
    this.#idle.delete(socket);
    const busy = this.#busy.get(socket);
    if (busy) busy.requests += 1;
    else this.#busy.set(socket, { requests: 1, bytes: bytesOf(socket), looks: 0 });
  }

  #finish(socket: Socket): void {
    const busy = this.#busy.get(socket);
    if (!busy || (busy.requests -= 1) > 0) return;
    this.#busy.delete(socket);
    if (!socket.destroyed) this.#idle.set(socket, performance.now());
  }

  #trimSoon(): void {
    if (this.#trimming) return;
    this.#trimming = setTimeout(() => {
      this.#trimming = null;
      this.#trim();
    }, GRACE_MS / 2).unref();
  }

  #trim(): void {
    while (this.open > this.#limits.maxConnections) {
      const [longestIdle] = this.#idle.values();
      if (longestIdle !== undefined && performance.now() - longestIdle < GRACE_MS)
        return this.#trimSoon();
      this.#crowdOut();
    }
  }

  #crowdOut(): void {
    const [longestIdle] = this.#idle.keys();
    const victim = longestIdle ?? this.#slowest();
    if (!victim) return;
    this.ended.crowdedOut += 1;
    this.#limits.onCrowdedOut?.();
    victim.resetAndDestroy();
    // The "close" event comes later. Until then this socket must not be chosen again.
    this.#idle.delete(victim);
    this.#busy.delete(victim);
  }

  #slowest(): Socket | undefined {
    let slowest: Socket | undefined;
    let maxLooks = -1;
    for (const [socket, { looks }] of this.#busy)
      if (looks > maxLooks) {
        slowest = socket;
        maxLooks = looks;
      }
    return slowest;
  }

  #look(): void {
    for (const [socket, busy] of this.#busy) {
      const bytes = bytesOf(socket);
      if (bytes !== busy.bytes) {
        busy.bytes = bytes;
        busy.looks = 0;
        continue;
      }
      busy.looks += 1;
      // A connection that waits for its answer has nothing to take.
      if (busy.looks < this.#stalledLooks || socket.writableLength === 0) continue;
      this.ended.stalled += 1;
      socket.resetAndDestroy();
    }
  }
}

export function boundConnections(server: Server, limits: ConnectionLimits): BoundedConnections {
  return new BoundedConnections(server, limits);
}

const bytesOf = (socket: Socket): number => socket.bytesRead + socket.bytesWritten;
