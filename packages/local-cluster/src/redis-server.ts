import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Child } from "./child-process.ts";
import { findOrInstallRedis } from "./ensure-redis.ts";
import { freePort } from "./listen.ts";
import { LocalClusterError } from "./local-cluster-error.ts";
import type { Address } from "./tcp-proxy.ts";

const START_TIMEOUT_MS = 10_000;

/** A real redis-server without persistence. It can be killed and started again on its port. */
export class RedisServer {
  readonly address: Address;
  readonly #file: string;
  readonly #folder: string;
  readonly #settings: readonly string[];
  #child: Child | undefined;

  private constructor(file: string, folder: string, address: Address, settings: readonly string[]) {
    this.#settings = settings;
    this.#file = file;
    this.#folder = folder;
    this.address = address;
  }

  /** Finds or installs redis-server and starts one on a free port of `host`, or on `port`. `settings` are more of its arguments. */
  static async start(
    host: string,
    folder: string,
    signal?: AbortSignal,
    port?: number,
    settings: readonly string[] = [],
  ): Promise<RedisServer> {
    const file = await findOrInstallRedis(signal);
    const address = { host, port: port ?? (await freePort(host)) };
    const server = new RedisServer(file, folder, address, settings);
    try {
      await server.start(signal);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts it again after {@link kill} or {@link stop}, and resolves when it answers. */
  async start(signal?: AbortSignal): Promise<void> {
    if (this.#child?.running) return;
    const { host, port } = this.address;
    const args = ["--bind", host, "--port", String(port), "--dir", this.#folder];
    args.push("--save", "", "--appendonly", "no", "--daemonize", "no", "--protected-mode", "no");
    args.push(...this.#settings);
    const logFile = join(this.#folder, "redis.log");
    const child = new Child({ file: this.#file, args, env: {}, logFile });
    this.#child = child;
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await answersPing(this.address))) {
      signal?.throwIfAborted();
      if (!child.running || Date.now() > deadline)
        throw new LocalClusterError(
          `redis-server did not start on ${host}:${port}; its last words: ${child.lastWords()}`,
        );
      await sleep(20, null, { signal });
    }
  }

  /** `kill -9`: what was in it is gone, as it is never saved. */
  async kill(): Promise<void> {
    this.#child?.signal("SIGKILL");
    await this.#child?.exited;
  }

  /** Safe to call twice. */
  async stop(): Promise<void> {
    await this.#child?.end(2_000);
  }
}

function answersPing(address: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address, () => socket.write("PING\r\n"));
    const end = (answers: boolean) => {
      socket.destroy();
      resolve(answers);
    };
    socket.setTimeout(500, () => end(false));
    socket.once("data", (data) => end(data.toString().startsWith("+PONG")));
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
  });
}
