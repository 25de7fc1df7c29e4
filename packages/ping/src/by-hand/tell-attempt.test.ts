import { expect, test } from "vitest";
import { tellAttempt, tellTarget } from "./tell-attempt.ts";
import { whatItMeans } from "./what-it-means.ts";

const connect = { stage: "connect", ms: 0.311 } as const;
const smallAnswer = {
  stage: "small-answer",
  ms: 0.72,
  pod: "pong-x7k2p",
  node: "node-7",
  caller: "10.244.1.5",
} as const;

test("a good attempt is shown as one aligned line per stage, with the times", () => {
  const stages = [
    connect,
    smallAnswer,
    { stage: "large-request", ms: 0.55, bytesSent: 8192 },
    { stage: "large-response", ms: 1.02, bytesBack: 8192 },
  ] as const;
  expect(tellAttempt({ ok: true, reason: "ok", tookMs: 2.601, stalledMs: 0, stages })).toBe(
    `
  connect            0.31 ms
  small answer       0.72 ms   pong-x7k2p on node-7, called by 10.244.1.5
  large request      0.55 ms   8192 bytes sent, head received
  large response     1.02 ms   8192 bytes back
ok in 2.60 ms`.slice(1),
  );
});

test("a failed attempt says where it stopped, why, and what that means", () => {
  const stages = [
    connect,
    smallAnswer,
    { stage: "large-request", ms: 998.97, bytesSent: 8192 },
  ] as const;
  const failure = { reason: "large_request_timeout", stoppedAt: "large-request" } as const;
  const meaning = whatItMeans({ ...failure, detail: undefined, stage: "large-request" });
  expect(tellAttempt({ ok: false, ...failure, tookMs: 1000, stalledMs: 0, stages, meaning })).toBe(
    `
  connect            0.31 ms
  small answer       0.72 ms   pong-x7k2p on node-7, called by 10.244.1.5
  large request    998.97 ms   8192 bytes sent, no head received
FAILED after 1000.0 ms at large request: large_request_timeout
  Small packets pass, large ones towards it do not: look at the MTU on the way there.`.slice(1),
  );
});

test("says how much of a large response arrived before it stopped", () => {
  const stages = [{ stage: "large-response", ms: 900, bytesBack: 1448 }] as const;
  const failure = { reason: "large_response_timeout", stoppedAt: "large-response" } as const;
  expect(tellAttempt({ ok: false, ...failure, tookMs: 900, stalledMs: 0, stages })).toContain(
    "900.00 ms   1448 bytes back\n",
  );
});

test("shows the results of a look-up, of TLS and of a status", () => {
  const nameServers = ["10.96.0.10", "10.96.0.11"];
  const stages = [
    { stage: "look-up-aaaa", ms: 1, nameServers, addresses: [] },
    { stage: "look-up-a", ms: 1, nameServers: ["10.96.0.10"], addresses: ["1.2.3.4", "1.2.3.5"] },
    { stage: "tls", ms: 12.5, tlsProtocol: "TLSv1.3", certificateUntil: "Jan  1 2027 GMT" },
    { stage: "response-head", ms: 3, status: 404 },
  ] as const;
  const failure = { reason: "bad_status", detail: "404", stoppedAt: "response-head" } as const;
  expect(tellAttempt({ ok: false, ...failure, tookMs: 17.5, stalledMs: 0, stages })).toBe(
    `
  look-up AAAA       1.00 ms   none, by one of 10.96.0.10, 10.96.0.11
  look-up A          1.00 ms   1.2.3.4, 1.2.3.5, by 10.96.0.10
  TLS               12.50 ms   TLSv1.3, certificate until Jan  1 2027 GMT
  response head      3.00 ms   status 404
FAILED after 17.5 ms at response head: bad_status (404)`.slice(1),
  );
});

test("says so if a time includes a lack of CPU", () => {
  const attempt = { ok: true, reason: "ok", tookMs: 45.1, stalledMs: 33.3 } as const;
  expect(tellAttempt({ ...attempt, stages: [{ stage: "connect", ms: 45.1 }] })).toBe(
    `
  connect           45.10 ms
  This process was short of CPU and stood still for 33.3 ms of it.
ok in 45.1 ms`.slice(1),
  );
});

test("spells out control characters in a stranger's answer", () => {
  const stages = [{ ...smallAnswer, caller: "\u001b[2J" }] as const;
  expect(tellAttempt({ ok: true, reason: "ok", tookMs: 1, stalledMs: 0, stages })).toContain(
    "called by ?[2J",
  );
});

test("numbers the attempts if there are several", () => {
  const target = {
    kind: "echo",
    url: "http://10.0.0.1:8080/echo",
    address: "10.0.0.1:8080",
  } as const;
  expect(tellTarget(target, 1, 1)).toBe("echo http://10.0.0.1:8080/echo");
  expect(tellTarget(target, 2, 3)).toBe("echo http://10.0.0.1:8080/echo   attempt 2 of 3");
  const name = { kind: "dns", url: "dns://a.example", address: "a.example" } as const;
  expect(tellTarget(name, 1, 1)).toBe("dns://a.example");
});
