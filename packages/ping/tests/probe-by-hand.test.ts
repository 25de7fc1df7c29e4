import { describe, expect, test } from "vitest";
import { parseTarget } from "../src/by-hand/parse-target.ts";
import { probeByHand } from "../src/by-hand/probe-by-hand.ts";
import { listen, listenHttp, nobody, pongUntilPost, startPong, tools } from "./listeners.ts";
import { nameServer, silentNameServer } from "./name-server.ts";

const LARGE = 8_192;

async function probe(url: string, overrides: Parameters<typeof tools>[0] = {}) {
  const attempt = await probeByHand(parseTarget(url)!, tools(overrides));
  const stages = attempt.stages.map(({ ms, ...told }) => {
    expect(ms).toBeGreaterThanOrEqual(0);
    return told;
  });
  return { ...attempt, stages };
}

const names = async (url: string) => (await probe(url)).stages.map(({ stage }) => stage);

describe("a pong by hand", () => {
  test("is shown stage by stage, with its own name", async () => {
    const attempt = await probe(`http://${await startPong("pong-x", "node-7")}/echo`);
    expect(attempt).toEqual({
      ok: true,
      reason: "ok",
      tookMs: expect.any(Number),
      stalledMs: expect.any(Number),
      stages: [
        { stage: "connect" },
        { stage: "small-answer", pod: "pong-x", node: "node-7", caller: "127.0.0.1" },
        { stage: "large-request", bytesSent: LARGE },
        { stage: "large-response", bytesBack: LARGE },
      ],
    });
    expect(attempt.tookMs).toBeGreaterThan(0);
  });

  test("that refuses stops at the connection, and the result says what that means", async () => {
    expect(await probe(`http://${await nobody()}/echo`)).toMatchObject({
      ok: false,
      reason: "connection_refused",
      stoppedAt: "connect",
      stages: [{ stage: "connect" }],
      meaning: expect.stringContaining("nobody listens"),
    });
  });

  test("that is silent stops at the small answer after the timeout", async () => {
    const url = `http://${await listen(() => {})}/echo`;
    const attempt = await probeByHand(parseTarget(url)!, tools({ timeoutMs: 200 }));
    expect(attempt).toMatchObject({ reason: "response_timeout", stoppedAt: "small-answer" });
    const [connect, smallAnswer] = attempt.stages;
    expect(connect!.ms + smallAnswer!.ms).toBeGreaterThanOrEqual(199);
    expect(attempt.tookMs).toBeCloseTo(connect!.ms + smallAnswer!.ms, 1);
  });

  test("that gets no large request stops there, and the result says how much was sent", async () => {
    const address = await listen(pongUntilPost(() => {}));
    const attempt = await probe(`http://${address}/echo`);
    expect(attempt).toMatchObject({ reason: "large_request_timeout", stoppedAt: "large-request" });
    expect(attempt.stages.at(-1)).toEqual({ stage: "large-request", bytesSent: LARGE });
  });

  test("whose large response is lost half-way stops there, and the result says how much came back", async () => {
    const start = `HTTP/1.1 200 OK\r\ncontent-length: ${LARGE}\r\n\r\n`;
    const address = await listen(
      pongUntilPost((socket, bytes) => {
        if (bytes > LARGE) socket.write(`${start}${"x".repeat(1_448)}`);
      }),
    );
    const attempt = await probe(`http://${address}/echo`);
    expect(attempt).toMatchObject({
      reason: "large_response_timeout",
      stoppedAt: "large-response",
    });
    expect(attempt.stages.at(-1)).toEqual({ stage: "large-response", bytesBack: 1_448 });
  });

  test("that is not a pong is a wrong responder, and the result says how ping knows", async () => {
    const address = await listen((socket) => socket.write("SSH-2.0-OpenSSH_9.6\r\n"));
    expect(await probe(`http://${address}/echo`)).toMatchObject({
      reason: "wrong_responder",
      stoppedAt: "small-answer",
      meaning: expect.stringContaining("Something else than a pong"),
    });
  });
});

describe("a URL by hand", () => {
  test("is looked up, connected to and answered, and each stage is shown", async () => {
    const address = await listenHttp((_, response) => response.writeHead(204).end());
    const dnsServers = [await nameServer({ A: { "there.example": "127.0.0.1" } })];
    const url = `http://there.example:${address.split(":")[1]}/x`;
    expect(await probe(url, { dnsServers })).toMatchObject({
      ok: true,
      stages: [
        { stage: "look-up-a", nameServers: dnsServers, addresses: ["127.0.0.1"] },
        { stage: "connect" },
        { stage: "response-head", status: 204 },
      ],
    });
  });

  test("with a bad status stops at the response head and shows the status", async () => {
    const address = await listenHttp((_, response) => response.writeHead(503).end());
    expect(await probe(`http://${address}/`)).toMatchObject({
      reason: "bad_status",
      detail: "503",
      stoppedAt: "response-head",
      stages: [{ stage: "connect" }, { stage: "response-head", status: 503 }],
    });
  });

  test("with https stops at TLS if the peer does not speak TLS, or is silent", async () => {
    const plain = await listenHttp((_, response) => response.end());
    const hung = await listen(() => {});
    expect(await probe(`https://${plain}/`)).toMatchObject({
      reason: "wrong_responder",
      stoppedAt: "tls",
    });
    expect(await probe(`https://${hung}/`)).toMatchObject({
      reason: "response_timeout",
      stoppedAt: "tls",
    });
  });
});

describe("a TCP target by hand", () => {
  test("with an address has a connection and no look-up", async () => {
    expect(await names(`tcp://${await listen(() => {})}`)).toEqual(["connect"]);
  });

  test("with an unknown name stops at the look-up, and the result says which server was asked", async () => {
    const dnsServers = [await nameServer({ rcode: 3 })];
    expect(await probe("tcp://gone.example:80", { dnsServers })).toMatchObject({
      reason: "dns_failure",
      detail: "ENOTFOUND",
      stoppedAt: "look-up-a",
      stages: [{ stage: "look-up-a", nameServers: dnsServers }],
    });
  });
});

describe("a name by hand", () => {
  test("is looked up in both families, the agent's own first", async () => {
    const dnsServers = [
      await nameServer({ A: { "a.example": "10.0.0.1" }, AAAA: { "a.example": "fd00::1" } }),
    ];
    expect(await probe("dns://a.example", { dnsServers, families: [6, 4] })).toMatchObject({
      ok: true,
      stages: [
        { stage: "look-up-aaaa", addresses: ["fd00::1"] },
        { stage: "look-up-a", addresses: ["10.0.0.1"] },
      ],
    });
  });

  test("is ok with addresses of one family", async () => {
    const dnsServers = [await nameServer({ AAAA: { "a.example": "fd00::1" } })];
    const attempt = await probe("dns://a.example", { dnsServers });
    expect(attempt.ok).toBe(true);
    expect(attempt.stages).toEqual([
      { stage: "look-up-a", nameServers: dnsServers },
      { stage: "look-up-aaaa", nameServers: dnsServers, addresses: ["fd00::1"] },
    ]);
  });

  test.each([
    ["without any address", {}, "ENODATA", "look-up-aaaa"],
    ["that does not exist", { rcode: 3 }, "ENOTFOUND", "look-up-a"],
    ["whose server fails", { rcode: 2 }, "ESERVFAIL", "look-up-a"],
  ])("%s fails with its code", async (_, zone, detail, stoppedAt) => {
    const dnsServers = [await nameServer(zone)];
    const attempt = await probe("dns://a.example", { dnsServers });
    expect(attempt).toMatchObject({ reason: "dns_failure", detail, stoppedAt });
  });

  test("whose server is silent fails after the timeout", async () => {
    const dnsServers = [await silentNameServer()];
    expect(await probe("dns://a.example", { dnsServers })).toMatchObject({
      reason: "dns_failure",
      detail: "ETIMEOUT",
      stages: [{ stage: "look-up-a", nameServers: dnsServers }],
    });
  });
});
