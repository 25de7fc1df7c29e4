import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RedisServer } from "@netchecker/testbed/services/redis-server";
import { onTestFinished } from "vitest";

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** A real redis-server on a free port, for one test. The test can kill it and start it again. */
export class TestRedis {
  readonly #server: RedisServer;

  private constructor(server: RedisServer) {
    this.#server = server;
  }

  static async start(): Promise<TestRedis> {
    const folder = await mkdtemp(join(tmpdir(), "netchecker-ping-test-"));
    const server = await RedisServer.start("127.0.0.1", folder);
    onTestFinished(async () => {
      await server.stop();
      await rm(folder, { recursive: true });
    });
    return new TestRedis(server);
  }

  get address(): string {
    const { host, port } = this.#server.address;
    return `${host}:${port}`;
  }

  start(): Promise<void> {
    return this.#server.start();
  }

  async stop(): Promise<void> {
    await this.#server.kill();
  }
}
