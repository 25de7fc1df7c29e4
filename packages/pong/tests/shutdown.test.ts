import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, test } from "vitest";

const MAIN = new URL("../dist/main.js", import.meta.url).pathname;
let child: ChildProcess | undefined;
afterEach(() => void child?.kill("SIGKILL"));

function start(env: Record<string, string>): ChildProcess {
  child = spawn(process.execPath, [MAIN], { env, stdio: ["ignore", "pipe", "pipe"] });
  return child;
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return String(port);
}

async function listening(pong: ChildProcess): Promise<number> {
  const [line] = (await once(createInterface(pong.stdout!), "line")) as [string];
  return JSON.parse(line).address.port;
}

describe("the pong bundle", () => {
  test("answers what it has begun and ends when it is told to", async () => {
    const pong = start({
      POD_NAME: "pong-a",
      NODE_NAME: "node-1",
      HOST: "127.0.0.1",
      PORT: await freePort(),
    });
    const port = await listening(pong);
    const socket = connect(port, "127.0.0.1");
    let text = "";
    socket.on("data", (chunk) => (text += chunk));
    socket.write("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n12345");
    await fetch(`http://127.0.0.1:${port}/healthz`).then((answer) => answer.text());
    pong.kill("SIGTERM");
    await once(createInterface(pong.stdout!), "line");
    socket.write("67890");
    const [code] = await once(pong, "exit");
    expect(code).toBe(0);
    expect(text).toMatch(/^HTTP\/1\.1 200[^]*connection: close[^]*1234567890$/i);
  });

  test("names every variable that is missing or bad", async () => {
    const pong = start({ PORT: "none" });
    let said = "";
    pong.stderr!.on("data", (chunk) => (said += chunk));
    const [code] = await once(pong, "exit");
    expect(code).toBe(1);
    expect(said).toContain("POD_NAME is missing");
    expect(said).toContain("NODE_NAME is missing");
    expect(said).toContain('PORT is "none"; allowed: a whole number from 1 to 65535');
  });
});
