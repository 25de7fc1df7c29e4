import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createHealthServer } from "../src/serve-health.ts";

const ending: (() => void)[] = [];
afterEach(() => {
  for (const end of ending.splice(0)) end();
});

async function serving() {
  const server = createHealthServer({
    "/healthz": () => ({ status: 200, body: { ok: true } }),
    "/readyz": () => ({ status: 503, body: { ok: false } }),
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ending.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const ask = async (port: number, path: string, method = "GET") => {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method });
  return [answer.status, method === "HEAD" ? await answer.text() : await answer.json()];
};

test("the health server answers the given paths and no others", async () => {
  const port = await serving();
  expect(await ask(port, "/healthz?x=1")).toEqual([200, { ok: true }]);
  expect(await ask(port, "/readyz")).toEqual([503, { ok: false }]);
  expect(await ask(port, "/healthz", "HEAD")).toEqual([200, ""]);
  for (const path of ["/", "/metrics", "/constructor", "/__proto__"])
    expect(await ask(port, path)).toMatchObject([404, { code: "not_found" }]);
  expect(await ask(port, "/healthz", "POST")).toMatchObject([404, { code: "not_found" }]);
});

test("many half-sent requests do not keep the kubelet out", async () => {
  const port = await serving();
  for (let index = 0; index < 200; index += 1) {
    const socket = connect(port, "127.0.0.1");
    ending.push(() => socket.destroy());
    socket.on("error", () => {});
    await once(socket, "connect");
    socket.write("GET /healthz HTTP/1.1\r\n");
  }
  expect(await ask(port, "/healthz")).toEqual([200, { ok: true }]);
});
