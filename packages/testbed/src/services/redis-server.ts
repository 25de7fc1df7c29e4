import { connect } from "node:net";
import { join } from "node:path";
import { connectOnce, sayRedisError } from "@netchecker/runtime/redis";
import { Child } from "./child-process.ts";
import { Restartable } from "./restartable.ts";
import { findOrInstallRedis } from "../programs/ensure.ts";
import { freePort } from "../sockets/listen.ts";
import { TestbedError } from "../testbed-error.ts";
import type { Address } from "../sockets/tcp-proxy.ts";

const START_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 5_000;
/** Less than an empty Redis takes, so that every write is refused. */
const FULL_AT = "100kb";

/**
 * A real redis-server without persistence: what was in it is gone when it is killed. It starts again on its port, and can
 * fail in the ways that a Redis does.
 */
export class RedisServer extends Restartable {
  readonly address: Address;
  readonly #file: string;
  readonly #folder: string;
  readonly #settings: readonly string[];
  #password: string | null = null;

  private constructor(file: string, folder: string, address: Address, settings: readonly string[]) {
    super();
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

  /** Starts it again after {@link kill} or {@link stop}, and resolves when it answers. */
  async start(signal?: AbortSignal): Promise<void> {
    if (this.running) return;
    const { host, port } = this.address;
    const args = ["--bind", host, "--port", String(port), "--dir", this.#folder];
    args.push("--save", "", "--appendonly", "no", "--daemonize", "no", "--protected-mode", "no");
    args.push(...this.#settings);
    this.#password = null;
    const logFile = join(this.#folder, "redis.log");
    const child = new Child({ file: this.#file, args, env: {}, logFile });
    this.child = child;
    const failure = `redis-server did not start on ${host}:${port}`;
    await child.isUpWhen(() => answersPing(this.address), {
      failure,
      timeoutMs: START_TIMEOUT_MS,
      signal,
    });
  }

  /** Rejects with a {@link TestbedError} where Redis refuses it or does not answer. */
  async command(name: string, ...args: string[]): Promise<void> {
    const host = `${this.address.host}:${this.address.port}`;
    const url = this.#password === null ? undefined : `redis://:${this.#password}@${host}`;
    try {
      const redis = await connectOnce({ host, url }, "local-cluster", ANSWER_TIMEOUT_MS);
      await redis.call(name, ...args).finally(() => redis.disconnect());
    } catch (cause) {
      throw new TestbedError(`Redis did not do ${name}: ${sayRedisError(cause)}.`, { cause });
    }
  }

  /** After a failover: it is a read-only replica, of a primary that it does not reach. */
  async becomeReplica(): Promise<void> {
    await this.command("REPLICAOF", this.address.host, "1");
  }

  async becomePrimary(): Promise<void> {
    await this.command("REPLICAOF", "NO", "ONE");
  }

  /** Its memory is full: it reads and publishes, and refuses whatever takes memory. */
  async fillUp(): Promise<void> {
    await this.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
    await this.command("CONFIG", "SET", "maxmemory", FULL_AT);
  }

  async makeRoom(): Promise<void> {
    await this.command("CONFIG", "SET", "maxmemory", "0");
  }

  /** Somebody changed its password, null for none; who is connected has to connect anew. */
  async changePassword(password: string | null): Promise<void> {
    await this.command("CONFIG", "SET", "requirepass", password ?? "");
    this.#password = password;
    for (const type of ["normal", "pubsub"]) await this.command("CLIENT", "KILL", "TYPE", type);
  }

  /** Safe to call twice. */
  async stop(): Promise<void> {
    await this.child?.end(2_000);
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
