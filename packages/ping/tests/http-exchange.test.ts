import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { parseHostPort } from "../src/probes/host-port.ts";
import { HttpExchange } from "../src/probes/http-exchange.ts";
import { listen } from "./listeners.ts";

async function exchangeWith(serve: (socket: Socket) => void): Promise<HttpExchange> {
  const address = parseHostPort(await listen(serve));
  return HttpExchange.open(address, AbortSignal.timeout(2_000));
}

/** Writes a text in pieces. Each is a segment of its own. */
async function dribble(socket: Socket, text: string, pieceLength: number): Promise<void> {
  socket.setNoDelay(true);
  for (let at = 0; at < text.length; at += pieceLength) {
    socket.write(text.slice(at, at + pieceLength));
    await sleep(1);
  }
}

/** Sends a GET and returns the status and the body. */
async function ask(exchange: HttpExchange, maxBodyBytes = 1_000) {
  const parts: string[] = [];
  const heads: number[] = [];
  const status = await exchange.request("GET /echo", {
    maxBodyBytes,
    head: () => heads.push(parts.length),
    body: (part) => parts.push(part.toString("latin1")),
  });
  return { status, body: parts.join(""), heads };
}

const ANSWER = "HTTP/1.1 200 OK\r\nx-a: b\r\nContent-Length: 11\r\n\r\nhello world";

test.each([1, 2, 3, 7, 40])("reads an answer in pieces of %i bytes", async (pieceLength) => {
  const exchange = await exchangeWith((socket) =>
    socket.once("data", () => void dribble(socket, ANSWER, pieceLength)),
  );
  expect(await ask(exchange)).toEqual({ status: 200, body: "hello world", heads: [0] });
  exchange.reset();
});

test("sends requests one after the other on one connection, with the host's name", async () => {
  let connections = 0;
  const asked: string[] = [];
  const exchange = await exchangeWith((socket) => {
    connections += 1;
    socket.on("data", (chunk) => {
      asked.push(chunk.toString());
      socket.write(ANSWER);
    });
  });
  expect((await ask(exchange)).body).toBe("hello world");
  expect((await ask(exchange)).body).toBe("hello world");
  expect(connections).toBe(1);
  expect(asked[0]).toBe("GET /echo HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
  exchange.reset();
});

test("an answer without a body is complete after its head", async () => {
  const exchange = await exchangeWith((socket) =>
    socket.on("data", () => socket.write("HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n")),
  );
  expect(await ask(exchange)).toEqual({ status: 204, body: "", heads: [0] });
  exchange.reset();
});

test.each([
  ["garbage", "\x16\x03\x01\x02\x00", "not HTTP/1.1"],
  ["garbage that looks like an end", "hello\r\n\r\n", "not HTTP/1.1"],
  ["HTTP/2", "HTTP/2 200\r\n\r\n", "not HTTP/1.1"],
  ["a huge head", `HTTP/1.1 200 OK\r\nx: ${"y".repeat(9_000)}`, "head too large"],
  [
    "no length",
    "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhello",
    "no content-length, status 200",
  ],
  [
    "a length that is none",
    "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
    "no content-length, status 200",
  ],
  [
    "two lengths",
    "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
    "malformed head, status 200",
  ],
  ["a line that is no header", "HTTP/1.1 200 OK\r\nhello\r\n\r\n", "malformed head, status 200"],
  [
    "a body above the bound",
    "HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n",
    "body too large, status 200",
  ],
  ["junk after the answer", `${ANSWER}HTTP/1.1 200 OK\r\n`, "more than content-length"],
])("%s is not pong", async (_, answer, detail) => {
  const exchange = await exchangeWith((socket) => socket.on("data", () => socket.write(answer)));
  await expect(ask(exchange)).rejects.toMatchObject({ reason: "wrong_responder", detail });
});

test("an answer before the request is not pong", async () => {
  const exchange = await exchangeWith((socket) => socket.write("220 smtp.example ESMTP\r\n"));
  await sleep(50);
  await expect(ask(exchange)).rejects.toMatchObject({ reason: "wrong_responder" });
});

test.each([
  ["before the answer", ""],
  ["in the head", "HTTP/1.1 200 OK\r\ncont"],
  ["in the body", ANSWER.slice(0, -3)],
])("a connection that is closed %s is a reset", async (_, answer) => {
  const exchange = await exchangeWith((socket) => socket.on("data", () => socket.end(answer)));
  await expect(ask(exchange)).rejects.toMatchObject({ code: "ECONNRESET" });
});

test("an abort ends the connection and rejects with its reason", async () => {
  const controller = new AbortController();
  let closed: Promise<unknown> = Promise.resolve();
  const address = parseHostPort(
    await listen((socket) => {
      closed = once(socket.resume(), "close");
    }),
  );
  const exchange = await HttpExchange.open(address, controller.signal);
  const asked = ask(exchange);
  controller.abort(new Error("too late"));
  await expect(asked).rejects.toThrow("too late");
  await closed;
});
