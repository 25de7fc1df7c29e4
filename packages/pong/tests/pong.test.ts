import { once } from "node:events";
import { connect, type AddressInfo, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createPong } from "../src/app.ts";

const server = createPong({ pod: "pong-a", node: "node-1" });
let port = 0;
const url = (path: string) => `http://127.0.0.1:${port}${path}`;

beforeAll(async () => {
  server.listen({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A connection that stores each chunk that it receives. */
async function open(): Promise<{ socket: Socket; chunks: Buffer[] }> {
  const socket = connect(port, "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.on("error", () => {});
  await once(socket, "connect");
  return { socket, chunks };
}

describe("pong", () => {
  test("says who it is and who calls", async () => {
    const answer = await fetch(url("/echo"));
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-pong-pod")).toBe("pong-a");
    expect(answer.headers.get("x-pong-node")).toBe("node-1");
    expect(await answer.json()).toEqual({ pod: "pong-a", node: "node-1", caller: "127.0.0.1" });
  });

  test("is healthy", async () => {
    const answer = await fetch(url("/healthz"));
    expect([answer.status, await answer.json()]).toEqual([200, { ok: true }]);
  });

  test("counts requests and errors", async () => {
    const count = async (series: string) => {
      const answer = await fetch(url("/metrics"));
      expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
      const text = await answer.text();
      return Number(
        text
          .split("\n")
          .find((line) => line.startsWith(`${series} `))!
          .split(" ")[1],
      );
    };
    const who = 'netchecker_pong_requests_total{kind="who"}';
    const notFound = 'netchecker_pong_errors_total{reason="not_found"}';
    const before = [await count(who), await count(notFound)];
    await (await fetch(url("/echo"))).text();
    await (await fetch(url("/nothing"))).text();
    expect([await count(who), await count(notFound)]).toEqual(before.map((value) => value + 1));
  });

  test.each([0, 1, 8_192, 65_536])("sends a body of %i bytes back", async (bytes) => {
    const body = Buffer.alloc(bytes).map((_, index) => index % 251);
    const answer = await fetch(url("/echo"), { method: "POST", body });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-pong-pod")).toBe("pong-a");
    expect(Buffer.from(await answer.arrayBuffer()).equals(body)).toBe(true);
  });

  test("sends a chunked body back", async () => {
    const body = new Blob(["small ", "and ", "large"]).stream();
    const answer = await fetch(url("/echo"), { method: "POST", body, duplex: "half" });
    expect(await answer.text()).toBe("small and large");
  });

  test("writes the head of an echo by itself, before the body", async () => {
    const sizes: number[] = [];
    // A receiver may get two segments in one read, so the test looks at each write instead.
    server.once("connection", (socket) => {
      const { _handle: handle } = socket as unknown as { _handle: Record<string, unknown> };
      for (const name of ["writeLatin1String", "writeUtf8String", "writeBuffer", "writev"]) {
        const write = handle[name] as (request: unknown, data: { length: number }) => number;
        handle[name] = function (this: unknown, request: unknown, data: { length: number }) {
          sizes.push(name === "writev" ? -1 : data.length);
          return write.call(this, request, data);
        };
      }
    });
    const { socket, chunks } = await open();
    socket.write(`POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 8192\r\n\r\n`);
    socket.write(Buffer.alloc(8_192, "x"));
    while (Buffer.concat(chunks).length < 8_192) await once(socket, "data");
    const headBytes = Buffer.concat(chunks).indexOf("\r\n\r\n") + 4;
    expect(sizes).toEqual([headBytes, 8_192]);
    socket.destroy();
  });

  test("sends nothing before the request is complete", async () => {
    const { socket, chunks } = await open();
    socket.write(`POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n12345`);
    await sleep(200);
    expect(chunks).toEqual([]);
    socket.write("67890");
    await once(socket, "data");
    expect(chunks[0]!.toString()).toMatch(/^HTTP\/1\.1 200/);
    socket.destroy();
  });

  test.each([
    ["announced", { "content-length": "65537" }],
    ["chunked", { "transfer-encoding": "chunked" }],
  ])("refuses a body above 64 KiB (%s), after the whole body has arrived", async (_, headers) => {
    const body = Buffer.alloc(65_537);
    const [[name, value]] = Object.entries(headers) as [[string, string]];
    const { socket, chunks } = await open();
    socket.write(`POST /echo HTTP/1.1\r\nhost: a\r\n${name}: ${value}\r\n\r\n`);
    if (name === "transfer-encoding") socket.write("10001\r\n");
    socket.write(body);
    if (name === "transfer-encoding") socket.write("\r\n0\r\n\r\n");
    await once(socket, "close");
    const text = Buffer.concat(chunks).toString();
    expect(text).toMatch(/^HTTP\/1\.1 413/);
    expect(JSON.parse(text.split("\r\n\r\n")[1]!)).toEqual({
      code: "body_too_large",
      message: "send at most 65536 bytes",
    });
  });

  test.each([
    ["GET", "/", 404, "not_found"],
    ["POST", "/healthz", 405, "method_not_allowed"],
    ["DELETE", "/echo", 405, "method_not_allowed"],
    ["PUT", "/echo", 405, "method_not_allowed"],
  ])("answers %s %s with %i", async (method, path, status, code) => {
    const answer = await fetch(url(path), { method });
    expect(answer.status).toBe(status);
    expect(((await answer.json()) as { code: string }).code).toBe(code);
  });

  test("answers others while hundreds of clients have sent only half of a request", async () => {
    const hung = await Promise.all(Array.from({ length: 300 }, open));
    for (const { socket } of hung)
      socket.write(`POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 8192\r\n\r\nx`);
    const answer = await fetch(url("/echo"), { method: "POST", body: "still there" });
    expect(await answer.text()).toBe("still there");
    for (const { socket } of hung) socket.destroy();
  });

  test("cuts off a client that never completes its request", async () => {
    const slow = createPong({ pod: "pong-a", node: "node-1" });
    slow.requestTimeout = 300;
    slow.headersTimeout = 200;
    slow.listen({ port: 0, host: "127.0.0.1" });
    await once(slow, "listening");
    const socket = connect((slow.address() as AddressInfo).port, "127.0.0.1");
    socket.resume().on("error", () => {});
    socket.write(`POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n1`);
    await once(socket, "close");
    slow.close();
  });

  test("is not disturbed by clients that reset their connection", async () => {
    for (const { socket } of await Promise.all(Array.from({ length: 200 }, open))) {
      socket.write(`GET /echo HTTP/1.1\r\nhost: a\r\n\r\n`);
      socket.resetAndDestroy();
    }
    expect((await fetch(url("/echo"))).status).toBe(200);
  });
});
