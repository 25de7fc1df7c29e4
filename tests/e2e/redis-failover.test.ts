import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LocalCluster } from "@netchecker/testbed/loopback/local-cluster";
import { RedisServer } from "@netchecker/testbed/services/redis-server";
import { startLocalCluster } from "@netchecker/testbed/loopback/start-local-cluster";
import { TcpProxy } from "@netchecker/testbed/sockets/tcp-proxy";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { lastResults, type Results, rounds } from "./support/a-cluster.ts";

let folder: string;
let first: RedisServer;
let second: RedisServer;
let primary: RedisServer;
let service: TcpProxy;
let cluster: LocalCluster;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "netchecker-failover-"));
  [first, second] = await Promise.all([
    RedisServer.start("127.0.0.1", folder),
    RedisServer.start("127.0.0.1", folder),
  ]);
  primary = first;
  // Like a Kubernetes service, it leads new connections to the primary and leaves old connections
  // where they are.
  service = new TcpProxy({ host: "127.0.0.1", port: 0 }, () => primary.address);
  await service.open();
  const REDIS_URL = `redis://${service.address}`;
  cluster = await startLocalCluster({
    nodes: 3,
    intervalMs: 3_000,
    port: 0,
    env: { netchecker: { REDIS_URL }, ping: { REDIS_URL } },
  });
}, 60_000);
afterAll(async () => {
  await cluster?.stop();
  await service?.close();
  await Promise.all([first?.stop(), second?.stop()]);
  await rm(folder, { recursive: true });
});

async function tell(server: RedisServer, ...command: [string, ...string[]]): Promise<unknown> {
  const redis = new Redis(server.address);
  try {
    return await redis.call(...command);
  } finally {
    redis.disconnect();
  }
}

/** The names of the services' connections to a server. */
async function clientsOf(server: RedisServer): Promise<string[]> {
  return String(await tell(server, "CLIENT", "LIST")).match(/name=(netchecker|ping)-\w+/g) ?? [];
}

const until = <T>(check: () => Promise<T>) => vi.waitFor(check, { timeout: 40_000, interval: 100 });

it("after a failover rounds continue with the new primary, and nothing is restarted", async () => {
  const before = await cluster.resultsAfter<Results>(0);
  expect(before.round).toMatchObject({ reported: 3, missing: [] });
  // The old primary becomes a replica of a server that does not exist: it passes nothing on and
  // accepts nothing.
  await tell(first, "REPLICAOF", "127.0.0.1", "1");
  const failed = await until(async () => {
    const found = (await rounds(cluster)).find(({ state }) => state === "failed");
    expect(found).toBeDefined();
    return found!;
  });
  expect(failed.failure).toMatch(/^could not be published: Redis is (a read-only replica: |away$)/);
  primary = second;
  await until(async () => {
    const { round } = await lastResults(cluster);
    expect(round.id).toBeGreaterThan(failed.id);
    expect(round).toMatchObject({ closedBy: "reports", reported: 3, missing: [], stored: true });
  });
  // The service may lead a connection to the old primary just before it changes. A heartbeat finds
  // such a connection.
  await until(async () => expect(await clientsOf(second)).toHaveLength(8));
  expect(await clientsOf(first)).toEqual([]);
}, 90_000);
