import { setTimeout as sleep } from "node:timers/promises";
import type { TargetList } from "@netchecker/contract";
import { TcpProxy } from "@netchecker/testbed/sockets/tcp-proxy";
import { connectRedisPair, type RedisPair } from "@netchecker/runtime/redis";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { reconnectIfUnheard } from "../src/adapters/publish-targets.ts";
import { toListColumns } from "@netchecker/round/plan";
import { type ARedis, aRedis, LOG, NAMES } from "./support/a-redis.ts";
import { aPublisher } from "./support/a-store.ts";

let [old, anew]: ARedis[] = [];
let primary: ARedis;
let service: TcpProxy;
let pair: RedisPair;

beforeEach(async () => {
  [old, anew] = await Promise.all([aRedis(), aRedis()]);
  primary = old;
  // Like a Kubernetes service, it leads new connections to the primary and does not move old ones.
  service = new TcpProxy({ host: "127.0.0.1", port: 0 }, () => primary.server.address);
  await service.open();
  pair = connectRedisPair({ host: service.address }, { service: "netchecker", log: LOG });
  await vi.waitFor(() =>
    expect(Object.values(pair).map(({ status }) => status)).toEqual(["ready", "ready"]),
  );
});
afterEach(async () => {
  for (const redis of Object.values(pair)) redis.disconnect();
  await service.close();
  await Promise.all([old, anew].map((each) => each!.stop()));
});

const aList: TargetList = {
  v: 1,
  type: "pod",
  round: 1,
  list: "list-1",
  reportWithinMs: 1_000,
  ...toListColumns([]),
};

async function publish(awaited: number): Promise<void> {
  const publisher = await aPublisher(
    pair.commands,
    undefined,
    reconnectIfUnheard(pair.commands, LOG),
  );
  return publisher.publish({ id: 1, startedAt: 1 }, [aList], 1_000, awaited);
}

/** How many of netchecker's connections lead to a server. */
async function ledTo(server: ARedis): Promise<number> {
  const asks = await server.connect();
  return String(await asks.client("LIST")).match(/name=netchecker-/g)?.length ?? 0;
}

describe("publishing lists", () => {
  it("on an old primary that is cut off reaches no agent, and makes netchecker connect to the new one", async () => {
    const agent = await anew!.connect("subscriber");
    await agent.subscribe(NAMES.lists.pod);
    const heard: string[] = [];
    agent.on("message", (_, text) => heard.push(text));
    primary = anew!;
    await publish(3);
    await vi.waitFor(async () => expect(await ledTo(anew!)).toBe(2), { timeout: 5_000 });
    expect(await ledTo(old!)).toBe(0);
    await vi.waitFor(() => publish(3));
    await vi.waitFor(() => expect(heard).toHaveLength(1));
  });

  it("on a read-only replica is refused, and makes both connections leave it at once", async () => {
    await old!.server.command("REPLICAOF", "127.0.0.1", "1");
    primary = anew!;
    await publish(0).catch(() => {});
    await vi.waitFor(async () => expect(await ledTo(anew!)).toBeGreaterThan(0), 5_000);
    expect(await ledTo(old!)).toBe(0);
  });

  it("keeps the connections if one agent receives the lists, or if no agent should", async () => {
    primary = anew!;
    await publish(0);
    const agent = await old!.connect("subscriber");
    await agent.subscribe(NAMES.lists.pod);
    await publish(3);
    await sleep(300);
    expect([await ledTo(old!), await ledTo(anew!)]).toEqual([2, 0]);
  });
});
