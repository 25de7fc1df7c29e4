import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Child } from "../services/child-process.ts";
import { TestbedError } from "../testbed-error.ts";
import type { Address } from "../sockets/tcp-proxy.ts";

const LISTENER = fileURLToPath(new URL("silent-listener.ts", import.meta.url));
/** What a queue of the length 1 takes, and one more for the kernel that counts differently. */
const MOST_WAITING = 3;
const ANSWERED_WITHIN_MS = 100;
const FAILURE = "A node could not be silenced";

/**
 * Addresses of this machine's loopback where connects go unanswered, as they do at a machine without power. Nothing but
 * a full queue does that on a loopback without touching the machine's firewall; where nobody listens, it refuses.
 */
export class Silence {
  readonly #addresses: readonly Address[];
  readonly #listener: Child;
  readonly #taken: Promise<void>;
  #waiting: readonly Socket[] = [];

  private constructor(addresses: readonly Address[], listener: Child, taken: Promise<void>) {
    this.#addresses = addresses;
    this.#listener = listener;
    this.#taken = taken;
  }

  /**
   * Waits for the addresses: each goes unanswered from the moment on at which nobody else listens there any more. Rejects
   * with a {@link TestbedError}.
   */
  static async prepare(addresses: readonly Address[], logFile: string): Promise<Silence> {
    const taken = Promise.withResolvers<void>();
    const listener = await Child.started(
      {
        file: process.execPath,
        args: [LISTENER, ...addresses.flatMap(({ host, port }) => [host, String(port)])],
        env: {},
        logFile,
        onLine: (line) => {
          if (line !== "ready") taken.resolve();
        },
      },
      FAILURE,
    );
    return new Silence(addresses, listener, taken.promise);
  }

  /** Resolves when no address answers. Rejects with a {@link TestbedError}. */
  async fallen(): Promise<void> {
    await Promise.race([this.#taken, this.#listener.exited]);
    if (!this.#listener.running)
      throw new TestbedError(`${FAILURE}: ${this.#listener.lastWords()}`);
    this.#waiting = (await Promise.all(this.#addresses.map(fillQueue))).flat();
  }

  /** Nobody listens there any more. Safe to call twice. */
  async end(): Promise<void> {
    this.#listener.signal("SIGKILL");
    await this.#listener.exited;
    for (const socket of this.#waiting) socket.destroy();
  }
}

async function fillQueue(address: Address): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < MOST_WAITING) {
    const socket = connect(address);
    socket.on("error", () => socket.destroy());
    sockets.push(socket);
    const patience = new AbortController();
    const answered = await Promise.race([
      once(socket, "connect", { signal: patience.signal }).then(
        () => true,
        () => false,
      ),
      sleep(ANSWERED_WITHIN_MS, false, { signal: patience.signal }).catch(() => false),
    ]);
    patience.abort();
    if (!answered) break;
  }
  return sockets;
}
