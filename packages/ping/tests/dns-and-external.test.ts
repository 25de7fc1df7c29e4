import { describe, expect, test } from "vitest";
import type { Target } from "../src/probes/probe.ts";
import { probeConnect, probeHttp } from "../src/probes/external-probe.ts";
import { probeDns } from "../src/probes/service-probe.ts";
import { listen, listenHttp, listenHttps, nobody, target, tools } from "./listeners.ts";
import { nameServer, silentNameServer } from "./name-server.ts";

const NAME = "pong.netchecker.svc.cluster.local";
const service = (address: string): Target =>
  target(address, { check: "dns", name: NAME, node: null });

describe("the dns check of the service", () => {
  test("is ok if the name has the address that the API server gives", async () => {
    const dnsServers = [await nameServer({ A: { [NAME]: "10.96.0.7" } })];
    expect(await probeDns(service("10.96.0.7"), tools({ dnsServers }))).toEqual({
      reason: "ok",
      latencyMs: expect.any(Number),
    });
  });

  test("looks up an IPv6 address in whatever way it is written", async () => {
    const dnsServers = [await nameServer({ AAAA: { [NAME]: "fd00:0:0:0:0:0:0:a" } })];
    const outcome = await probeDns(service("fd00::A"), tools({ dnsServers }));
    expect(outcome.reason).toBe("ok");
  });

  test("another address is a mismatch, and the outcome names it", async () => {
    const dnsServers = [await nameServer({ A: { [NAME]: "10.96.0.8" } })];
    expect(await probeDns(service("10.96.0.7"), tools({ dnsServers }))).toEqual({
      reason: "dns_mismatch",
      detail: "10.96.0.8",
      latencyMs: expect.any(Number),
    });
  });

  test.each([
    ["no such name", { rcode: 3 }, "ENOTFOUND"],
    ["a server that fails", { rcode: 2 }, "ESERVFAIL"],
    ["a name without an address", {}, "ENODATA"],
  ])("%s is a failure, and the outcome has the code", async (_, zone, detail) => {
    const dnsServers = [await nameServer(zone)];
    expect(await probeDns(service("10.96.0.7"), tools({ dnsServers }))).toEqual({
      reason: "dns_failure",
      detail,
      latencyMs: null,
    });
  });

  test("a silent name server is a failure, after the timeout of the attempt", async () => {
    const dnsServers = [await silentNameServer()];
    const startedAt = performance.now();
    expect(await probeDns(service("10.96.0.7"), tools({ dnsServers }))).toEqual({
      reason: "dns_failure",
      detail: "ETIMEOUT",
      latencyMs: null,
    });
    const tookMs = performance.now() - startedAt;
    expect(tookMs).toBeGreaterThan(290);
    expect(tookMs).toBeLessThan(1_000);
  });

  test("an abort ends a running look-up", async () => {
    const dnsServers = [await silentNameServer()];
    const given = tools({ dnsServers, timeoutMs: 10_000, signal: AbortSignal.timeout(50) });
    await expect(probeDns(service("10.96.0.7"), given)).rejects.toMatchObject({
      name: "TimeoutError",
    });
  });
});

const outside = (address: string): Target => target(address, { node: null });

describe("the connect check of an external target", () => {
  test("is ok when the name is found and something accepts", async () => {
    const { 1: port } = (await listen(() => {})).split(":");
    const dnsServers = [await nameServer({ A: { "there.example": "127.0.0.1" } })];
    const outcome = await probeConnect(outside(`there.example:${port}`), tools({ dnsServers }));
    expect(outcome).toEqual({ reason: "ok", latencyMs: expect.any(Number) });
  });

  test("needs no name server for an address or for localhost", async () => {
    const { 1: port } = (await listen(() => {})).split(":");
    const dnsServers = [await silentNameServer()];
    for (const host of ["127.0.0.1", "localhost"])
      expect((await probeConnect(outside(`${host}:${port}`), tools({ dnsServers }))).reason).toBe(
        "ok",
      );
  });

  test("looks for an address of the other family if its own family has none", async () => {
    const { 1: port } = (await listen(() => {})).split(":");
    const dnsServers = [await nameServer({ A: { "there.example": "127.0.0.1" } })];
    const outcome = await probeConnect(
      outside(`there.example:${port}`),
      tools({ dnsServers, families: [6, 4] }),
    );
    expect(outcome.reason).toBe("ok");
  });

  test("distinguishes a name that is not found from a refused connection", async () => {
    const { 1: port } = (await nobody()).split(":");
    const dnsServers = [await nameServer({ A: { "there.example": "127.0.0.1" } })];
    const reasons = await Promise.all(
      [`gone.example:${port}`, `there.example:${port}`].map(
        async (address) => (await probeConnect(outside(address), tools({ dnsServers }))).reason,
      ),
    );
    expect(reasons).toEqual(["dns_failure", "connection_refused"]);
  });

  test("a silent name server is a failed look-up, not a failed connection", async () => {
    const dnsServers = [await silentNameServer()];
    expect(await probeConnect(outside("there.example:80"), tools({ dnsServers }))).toMatchObject({
      reason: "dns_failure",
      detail: "ETIMEOUT",
    });
  });
});

describe("the http check of an external target", () => {
  test.each([
    [200, "ok", undefined],
    [302, "ok", undefined],
    [404, "bad_status", "404"],
    [500, "bad_status", "500"],
  ])("status %i is %s", async (status, reason, detail) => {
    const asked: unknown[] = [];
    const address = await listenHttp((request, response) => {
      asked.push([request.url, request.headers.host]);
      response.writeHead(status, { location: "http://127.0.0.1:1/" }).end("x".repeat(100_000));
    });
    const outcome = await probeHttp(outside(`http://${address}/a?b=c`), tools());
    expect(outcome).toEqual({
      reason,
      latencyMs: expect.any(Number),
      ...(detail !== undefined && { detail }),
    });
    expect(asked).toEqual([["/a?b=c", address]]);
  });

  test("distinguishes a name that is not found, a refused connection and silence", async () => {
    const hung = await listen(() => {});
    const dnsServers = [await nameServer({})];
    const reasons = await Promise.all(
      ["http://gone.example/", `http://${await nobody()}/`, `http://${hung}/`].map(
        async (url) => (await probeHttp(outside(url), tools({ dnsServers }))).reason,
      ),
    );
    expect(reasons).toEqual(["dns_failure", "connection_refused", "response_timeout"]);
  });

  test("a peer that does not speak HTTP is a wrong responder", async () => {
    const address = await listen((socket) => socket.on("data", () => socket.end("hello\r\n\r\n")));
    const outcome = await probeHttp(outside(`http://${address}/`), tools());
    expect(outcome).toMatchObject({
      reason: "wrong_responder",
      detail: expect.stringMatching(/^HPE_/),
    });
  });

  test("a peer that closes without an answer is a reset", async () => {
    const address = await listen((socket) => socket.on("data", () => socket.end()));
    expect((await probeHttp(outside(`http://${address}/`), tools())).reason).toBe(
      "connection_reset",
    );
  });

  test("an untrusted certificate is a wrong responder, and the outcome has the code", async () => {
    const { port } = await listenHttps();
    const outcome = await probeHttp(outside(`https://localhost:${port}/`), tools());
    expect(outcome).toEqual({
      reason: "wrong_responder",
      detail: "DEPTH_ZERO_SELF_SIGNED_CERT",
      latencyMs: expect.any(Number),
    });
  });

  test("a peer without TLS is a wrong responder, and a peer that hangs is a timeout", async () => {
    const plain = await listenHttp((_, response) => response.end());
    const hung = await listen(() => {});
    expect((await probeHttp(outside(`https://${plain}/`), tools())).reason).toBe("wrong_responder");
    expect((await probeHttp(outside(`https://${hung}/`), tools())).reason).toBe("response_timeout");
  });
});
