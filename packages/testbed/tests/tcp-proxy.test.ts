import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { listen } from "../src/sockets/listen.ts";
import { type Address, TcpProxy } from "../src/sockets/tcp-proxy.ts";

let server: Server;
let serve: (socket: Socket) => void;
let backend: Address | null;
let proxy: TcpProxy;
const clients: Socket[] = [];

beforeEach(async () => {
  server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {});
    serve(socket);
  });
  backend = { host: "127.0.0.1", port: await listen(server, "127.0.0.1", 0) };
  proxy = new TcpProxy({ host: "127.0.0.1", port: 0 }, () => backend);
  await proxy.open();
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.close();
  server.close();
});

function dial(): Socket {
  const [host, port] = proxy.address.split(":");
  const client = connect({ host: host!, port: Number(port), allowHalfOpen: true });
  client.on("error", () => {});
  clients.push(client);
  return client;
}

async function ending(socket: Socket): Promise<string> {
  if (!socket.errored && !socket.closed)
    await Promise.race([once(socket, "close"), once(socket, "end")]).catch(() => {});
  return (socket.errored as NodeJS.ErrnoException | null)?.code ?? "end";
}

test("bytes pass both ways, and each side's end reaches the other", async () => {
  serve = (socket) => {
    const heard: Buffer[] = [];
    socket.on("data", (data: Buffer) => heard.push(data));
    socket.on("end", () => socket.end(`heard ${Buffer.concat(heard).toString()}`));
  };
  const client = dial();
  client.end("hello");
  const chunks: Buffer[] = [];
  for await (const chunk of client) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).toString()).toBe("heard hello");
});

test("a reset of the backend is a reset for the client", async () => {
  serve = (socket) => socket.once("data", () => socket.resetAndDestroy());
  const client = dial();
  client.write("x");
  client.resume();
  expect(await ending(client)).toBe("ECONNRESET");
});

test("a reset of the client is a reset for the backend", async () => {
  const reset = Promise.withResolvers<string>();
  serve = (socket) => {
    socket.write("x");
    socket.resume();
    socket.on("error", (error: NodeJS.ErrnoException) => reset.resolve(error.code!));
  };
  const client = dial();
  await once(client, "data");
  client.resetAndDestroy();
  expect(await reset.promise).toBe("ECONNRESET");
});

test("a backend that refuses is a reset for the client", async () => {
  serve = () => {};
  await new Promise((resolve) => server.close(resolve));
  const client = dial();
  client.resume();
  expect(await ending(client)).toBe("ECONNRESET");
});

test("without a backend a connection opens and stays silent", async () => {
  backend = null;
  const client = dial();
  await once(client, "connect");
  client.write("GET / HTTP/1.1\r\n\r\n");
  client.resume();
  expect(await Promise.race([ending(client), sleep(200, "silence")])).toBe("silence");
});

test("a receiver that does not read holds its sender back", async () => {
  serve = () => {};
  const client = dial();
  await once(client, "connect");
  const chunk = Buffer.alloc(1024 * 1024);
  let taken = 0;
  // Fills the kernel's and the proxy's buffers until nothing more is taken.
  while (true) {
    if (!client.write(chunk)) {
      const drained = await Promise.race([once(client, "drain"), sleep(500, "stuck")]);
      if (drained === "stuck") break;
    }
    taken += 1;
    expect(taken).toBeLessThan(64);
  }
});

test("closed, it resets what is open and refuses what comes; opened, it is back on its port", async () => {
  serve = (socket) => void socket.write("hello");
  const { address } = proxy;
  const client = dial();
  await once(client, "data");
  await proxy.close();
  client.resume();
  expect(await ending(client)).toBe("ECONNRESET");
  expect(await ending(dial())).toBe("ECONNREFUSED");
  await proxy.open();
  expect(proxy.address).toBe(address);
  const [data] = await once(dial(), "data");
  expect(String(data)).toBe("hello");
});
