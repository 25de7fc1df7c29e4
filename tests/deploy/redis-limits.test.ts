import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { redisNames } from "@netchecker/contract";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { AclRedis } from "./support/acl-redis.ts";
import { containersOf, type Rendered, VARIANTS } from "./support/rendered.ts";

const names = redisNames("netchecker:");
const MEBIBYTE = 2 ** 20;

let rendered: Rendered;
let redis: AclRedis;
beforeAll(async () => {
  rendered = await VARIANTS["redis-auth"]();
  redis = await AclRedis.start(rendered);
});
afterAll(async () => {
  await redis?.[Symbol.asyncDispose]();
});

async function memory(field: string): Promise<number> {
  const info = await redis.connect("operator").info("memory");
  return Number(new RegExp(`^${field}:(\\d+)`, "m").exec(info)?.[1]);
}

/**
 * Opens a connection as ping's user. It announces a PUBLISH of `announced` bytes and sends only
 * `sent` of them.
 */
async function unfinished(announced: number, sent: number): Promise<Socket> {
  const socket = connect(redis.port, redis.host);
  socket.on("error", () => {}).resume();
  await once(socket, "connect");
  const channel = names.reports.pod;
  socket.write(`*3\r\n$4\r\nAUTH\r\n$4\r\nping\r\n$64\r\n${redis.passwords.ping}\r\n`);
  socket.write(`*3\r\n$7\r\nPUBLISH\r\n$${channel.length}\r\n${channel}\r\n$${announced}\r\n`);
  socket.write(Buffer.alloc(sent, "x"));
  return socket;
}

describe("Redis of the base, against a client with ping's password", () => {
  const podLimit = () =>
    Number.parseInt(
      containersOf(rendered.get("Deployment", "redis")).at(-1)!.resources!.limits![
        "memory"
      ] as string,
      10,
    ) * MEBIBYTE;

  test("a PUBLISH of 64 MiB is refused after its first line", async () => {
    const listener = redis.connect("netchecker");
    await listener.subscribe(names.reports.pod);
    const socket = await unfinished(64 * MEBIBYTE, 64 * MEBIBYTE);
    await vi.waitFor(() => expect(socket.closed).toBe(true), { timeout: 20_000 });
    expect(await memory("used_memory_peak")).toBeLessThan(64 * MEBIBYTE);
    expect(listener.status).toBe("ready");
  });

  test("many unfinished commands leave memory in the pod and room for netchecker", async () => {
    const netchecker = redis.connect("netchecker");
    await netchecker.client("NO-EVICT", "ON");
    const sockets: readonly Socket[] = await Promise.all([
      ...Array.from({ length: 3 }, () => unfinished(90_000_000, 80 * MEBIBYTE)),
      ...Array.from({ length: 100 }, () => unfinished(4 * MEBIBYTE, 3.9 * MEBIBYTE)),
    ]);
    // The first ones are refused at once. Of the others, as many are closed as are too many.
    await vi.waitFor(
      () => expect(sockets.filter(({ closed }) => closed).length).toBeGreaterThan(80),
      { timeout: 20_000 },
    );
    expect(await memory("used_memory_peak")).toBeLessThan(0.75 * podLimit());
    expect(await memory("used_memory_rss")).toBeLessThan(podLimit());
    const value = Buffer.alloc(1.5 * MEBIBYTE, "v");
    expect(await netchecker.set("netchecker:check", value)).toBe("OK");
    for (const socket of sockets) socket.destroy();
  }, 60_000);
});
