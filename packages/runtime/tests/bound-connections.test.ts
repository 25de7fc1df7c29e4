import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { boundConnections, REQUEST_LIMITS } from "../src/bound-connections.ts";

const ending: (() => void)[] = [];
afterEach(() => {
  for (const end of ending.splice(0)) end();
});

async function serving(
  maxConnections: number,
  answer: RequestListener = (_request, response) => response.end("ok"),
) {
  const server = createServer(REQUEST_LIMITS, answer);
  const connections = boundConnections(server, { maxConnections });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ending.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { server, connections, port };
}

interface Client {
  readonly socket: Socket;
  readonly text: () => string;
  readonly closed: () => boolean;
}

async function client(port: number, text = ""): Promise<Client> {
  const socket = connect(port, "127.0.0.1");
  ending.push(() => socket.destroy());
  let received = "";
  socket.on("data", (data) => (received += data));
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write(text);
  return { socket, text: () => received, closed: () => socket.destroyed };
}

const SOON = { timeout: 10_000 };
const GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
const closedOf = (clients: readonly Client[]) => clients.map(({ closed }) => closed());

describe("at the bound of connections", () => {
  test("the longest idle one is closed, and the newest is answered", async () => {
    const { connections, port } = await serving(3);
    const idle: Client[] = [];
    for (let index = 0; index < 3; index += 1) {
      idle.push(await client(port));
      await expect.poll(() => connections.open).toBe(index + 1);
    }
    // The oldest has just been answered, so it is no longer the one that was idle for longest.
    idle[0]!.socket.write(GET);
    await expect.poll(() => idle[0]!.text()).toContain("ok");
    const newest = await client(port, GET);
    await expect.poll(() => newest.text()).toContain("ok");
    await expect.poll(() => closedOf(idle), SOON).toEqual([false, true, false]);
    expect([connections.open, connections.ended.crowdedOut]).toEqual([3, 1]);
  });

  test("a half-sent head counts as idle, and a request that is being answered does not", async () => {
    const answers: (() => void)[] = [];
    const { connections, port } = await serving(2, (_request, response) => {
      answers.push(() => response.end("late"));
    });
    const waiting = await client(port, GET);
    await expect.poll(() => answers.length).toBe(1);
    const halfSent = await client(port, "GET / HTTP/1.1\r\nhost:");
    await expect.poll(() => connections.open).toBe(2);
    const newest = await client(port, GET);
    await expect.poll(() => answers.length).toBe(2);
    for (const answer of answers) answer();
    await expect
      .poll(() => [waiting.text(), newest.text()].map((each) => each.includes("late")))
      .toEqual([true, true]);
    await expect.poll(() => halfSent.closed(), SOON).toBe(true);
  });

  test("if no connection is idle, the one that has moved no byte for longest is closed", async () => {
    let asked = 0;
    const { port } = await serving(2, () => (asked += 1));
    const first = await client(port, GET);
    await expect.poll(() => asked).toBe(1);
    // The first is checked, and found unchanged, before the second comes.
    await sleep(2_200);
    const second = await client(port, GET);
    await expect.poll(() => asked).toBe(2);
    await client(port, GET);
    await expect.poll(() => closedOf([first, second]), SOON).toEqual([true, false]);
  });

  test("when many clients connect at once, all whose request has arrived are answered", async () => {
    const { connections, port } = await serving(10);
    const crowd = await Promise.all(Array.from({ length: 25 }, () => client(port, GET)));
    await expect
      .poll(() => crowd.filter(({ text }) => text().includes("ok")).length, SOON)
      .toBe(25);
    await expect.poll(() => connections.open, SOON).toBe(10);
  });

  test("idle connections, many times the bound, do not keep others from being answered", async () => {
    const { connections, port } = await serving(50);
    for (let index = 0; index < 400; index += 1) {
      await client(port, index % 2 === 0 ? "" : "GET / HT");
      if (index % 40 !== 39) continue;
      const prober = await client(port, GET);
      await expect.poll(() => prober.text()).toContain("ok");
      prober.socket.destroy();
    }
    expect(connections.open).toBeLessThanOrEqual(150);
    await expect.poll(() => connections.open, SOON).toBeLessThanOrEqual(50);
  });
});

test("a connection without a complete request head is closed after little more than 5 s", async () => {
  const { connections, port } = await serving(9);
  const slow = await client(port, "GET / HTTP/1.1\r\n");
  const silent = await client(port);
  await expect.poll(() => closedOf([slow, silent]), { timeout: 30_000 }).toEqual([true, true]);
  expect(connections.open).toBe(0);
}, 40_000);

/** A reader that takes the beginning of its answer and then nothing more. */
async function stopped(port: number): Promise<Client> {
  const reader = await client(port, GET);
  await expect.poll(() => reader.text().length).toBeGreaterThan(0);
  reader.socket.pause();
  return reader;
}

describe("a reader that takes no byte", () => {
  const LONG = Buffer.alloc(16 * 1024 * 1024, "x");

  test("is cut off, and a client that waits for its answer is not", async () => {
    let late = () => {};
    const { connections, port } = await serving(9, (request, response) => {
      if (request.url === "/late") late = () => response.end("late");
      else response.end(LONG);
    });
    await stopped(port);
    const waiting = await client(port, GET.replace("/", "/late"));
    await expect.poll(() => connections.open).toBe(2);
    await expect.poll(() => connections.open, { timeout: 40_000 }).toBe(1);
    expect(connections.ended.stalled).toBe(1);
    late();
    await expect.poll(() => waiting.text()).toContain("late");
  }, 50_000);

  test("does not delay the server's end, and a client that reads gets its whole answer first", async () => {
    const { server, connections, port } = await serving(9, (_request, response) => {
      const pieces = Array.from({ length: 256 }, () => LONG.subarray(0, LONG.length / 256));
      Readable.from(pieces).pipe(response.writeHead(200, { "content-length": LONG.length }));
    });
    await stopped(port);
    const reader = await client(port, GET);
    await expect.poll(() => reader.text().length).toBeGreaterThan(0);
    const closed = once(server, "close");
    server.close();
    connections.endSoon();
    await closed;
    await expect.poll(() => reader.text().length).toBeGreaterThan(LONG.length);
    await expect.poll(() => connections.open).toBe(0);
  }, 30_000);
});
