import type { Server } from "node:http";
import type { Socket } from "node:net";

export interface ConnectionLimits {
  readonly most: number;
  /** Called for each that is closed in favour of a new one. */
  readonly onCrowdedOut?: () => void;
}

/** What every server here gives a client that sends its request in parts, in milliseconds. */
export const REQUEST_LIMITS = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
} as const;

const LOOK_EVERY_MS = 1_000;
/** A reader that took nothing at so many looks is ended: 10 s, of which none count in which this process stood still. */
const STALLED_LOOKS = 10;
/** The same once the server is to close, and how long all others have then. */
const STALLED_LOOKS_AT_END = 2;
const END_MS = 4_000;

/**
 * For so long a connection may be idle before it is closed in favour of others: its request may be here and not
 * read yet, where a crowd is accepted in one go.
 */
const GRACE_MS = 500;
/** For that moment there may be so many times as many. */
const MOST_FOR_A_MOMENT = 3;

interface Busy {
  /** Requests that are not answered yet. */
  requests: number;
  /** Bytes in both directions at the last look, and at how many looks they were the same. */
  bytes: number;
  looks: number;
}

/**
 * What holds a server's connections within bounds. At the bound the longest idle one is closed, so that a new one is never
 * refused; idle is one without a whole request, a half-sent head included. Where none is idle, the one that
 * has moved nothing for longest goes. A reader that takes nothing of its answer for 10 s is ended. What is
 * ended is reset: unread bytes would stay in the kernel else. Long answers are written in pieces: a piece that is
 * taken is how a reader is seen to read.
 */
class BoundedConnections {
  readonly #limits: ConnectionLimits;
  /** Since when, in milliseconds, the longest idle first. */
  readonly #idle = new Map<Socket, number>();
  /** In the order in which their requests came. */
  readonly #busy = new Map<Socket, Busy>();
  #stalledLooks = STALLED_LOOKS;
  #trimming: NodeJS.Timeout | null = null;
  /** Connections that were closed in favour of others, and readers that were ended. */
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

  /** To be called when the server is to close: nobody who has stopped reading holds that up, and nobody for long. */
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
    if (this.open > this.#limits.most * MOST_FOR_A_MOMENT) this.#crowdOut();
    else if (this.open > this.#limits.most) this.#trimSoon();
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
    while (this.open > this.#limits.most) {
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
    // Its "close" comes later; until then it must not be chosen again.
    this.#idle.delete(victim);
    this.#busy.delete(victim);
  }

  #slowest(): Socket | undefined {
    let slowest: Socket | undefined;
    let most = -1;
    for (const [socket, { looks }] of this.#busy)
      if (looks > most) {
        slowest = socket;
        most = looks;
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
      // One that waits for its answer has nothing to take.
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
