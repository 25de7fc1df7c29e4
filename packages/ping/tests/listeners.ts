import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createPong } from "../../pong/src/app.ts";
import { StallClock } from "../src/probes/stall-clock.ts";
import type { ProbeTools, Target } from "../src/probes/probe.ts";

/** The tools of a probe, with a short timeout. They end with the test. */
export function tools(overrides: Partial<ProbeTools> = {}): ProbeTools {
  const stalls = new StallClock();
  stalls.start();
  onTestFinished(() => stalls.stop());
  return {
    timeoutMs: 300,
    stalls,
    signal: new AbortController().signal,
    serviceConnections: 3,
    dnsServers: [],
    families: [4, 6],
    ...overrides,
  };
}

export function target(address: string, overrides: Partial<Target> = {}): Target {
  return { check: "echo", name: "pong-a", node: "node-1", address, ...overrides };
}

/**
 * Listens on loopback and calls `serve` for each connection. It ends with the test. Returns
 * `ip:port`.
 */
export async function listen(serve: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    serve(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Listens with node:http; like {@link listen}. */
export async function listenHttp(answer: RequestListener): Promise<string> {
  const server = createHttpServer(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/**
 * Listens with node:https as localhost. Only `certificateFile` makes its certificate trusted. It
 * ends with the test.
 */
export async function listenHttps(): Promise<{ port: number; certificateFile: string }> {
  const folder = mkdtempSync(join(tmpdir(), "certificate-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const request =
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=a -addext subjectAltName=DNS:localhost";
  execFileSync("openssl", [...request.split(" "), "-keyout", key, "-out", cert], {
    stdio: "ignore",
  });
  const server = createHttpsServer({ key: readFileSync(key), cert: readFileSync(cert) });
  server.on("request", (_, response) => response.end("fine"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, certificateFile: cert };
}

/** Starts a real pong on loopback. It ends with the test. Returns `ip:port`. */
export async function startPong(pod = "pong-a", node = "node-1"): Promise<string> {
  const server = createPong({ pod, node });
  server.listen({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An address where nobody listens. */
export async function nobody(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `127.0.0.1:${port}`;
}

/** Answers a GET like pong does. `post` decides what happens to a POST. */
export function pongUntilPost(post: (socket: Socket, bytes: number) => void) {
  return (socket: Socket) => {
    let bytes = 0;
    socket.on("data", (chunk: Buffer) => {
      if (bytes === 0 && chunk.subarray(0, 3).toString() === "GET")
        return socket.write(ECHO_ANSWER);
      bytes += chunk.length;
      return post(socket, bytes);
    });
  };
}

const IDENTITY = JSON.stringify({ pod: "pong-a", node: "node-1", caller: "127.0.0.1" });

/** A complete answer to `GET /echo`. */
export const ECHO_ANSWER = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${IDENTITY.length}\r\n\r\n${IDENTITY}`;
