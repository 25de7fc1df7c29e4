import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { probeNodePort, probeNodeTcp } from "../src/probes/node-probe.ts";
import { probePod } from "../src/probes/pod-probe.ts";
import { probeClusterIp } from "../src/probes/service-probe.ts";
import {
  ECHO_ANSWER,
  listen,
  nobody,
  pongUntilPost,
  startPong,
  target,
  tools,
} from "./listeners.ts";

describe("the echo check of a pod", () => {
  test("is ok, with a latency, against a real pong", async () => {
    const outcome = await probePod(target(await startPong()), tools());
    expect(outcome).toEqual({ reason: "ok", latencyMs: expect.any(Number) });
    expect(outcome.latencyMs).toBeGreaterThan(0);
  });

  test.each([
    ["pong-b", "node-1"],
    ["pong-a", "node-2"],
  ])(
    "another pong (%s on %s) is a wrong responder, and the outcome names it",
    async (pod, node) => {
      const outcome = await probePod(target(await startPong(pod, node)), tools());
      expect(outcome).toEqual({
        reason: "wrong_responder",
        latencyMs: expect.any(Number),
        answeredBy: [{ pod, node, connections: 1 }],
      });
    },
  );

  test("if nobody listens, the connection is refused", async () => {
    expect(await probePod(target(await nobody()), tools())).toEqual({
      reason: "connection_refused",
      latencyMs: null,
    });
  });

  test("a peer that accepts and never answers is a response timeout, after the timeout of the attempt", async () => {
    const address = await listen(() => {});
    const startedAt = performance.now();
    expect(await probePod(target(address), tools())).toEqual({
      reason: "response_timeout",
      latencyMs: null,
    });
    expect(performance.now() - startedAt).toBeGreaterThan(290);
  });

  test("an 8 KiB request without any answer was lost on the way there", async () => {
    const address = await listen(pongUntilPost(() => {}));
    expect((await probePod(target(address), tools())).reason).toBe("large_request_timeout");
  });

  test("an answer whose body does not follow its head was lost on the way back", async () => {
    const address = await listen(
      pongUntilPost((socket, bytes) => {
        if (bytes > 8_192) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 8192\r\n\r\n");
      }),
    );
    expect((await probePod(target(address), tools())).reason).toBe("large_response_timeout");
  });

  test("a body that differs from the one sent is a wrong responder", async () => {
    const head = "HTTP/1.1 200 OK\r\ncontent-length: 8192\r\n\r\n";
    const address = await listen(
      pongUntilPost((socket, bytes) => {
        if (bytes > 8_192) socket.write(head + "x".repeat(8_192));
      }),
    );
    expect(await probePod(target(address), tools())).toMatchObject({
      reason: "wrong_responder",
      detail: "echo differs",
    });
  });

  test("a body that is shorter than the one sent is a wrong responder", async () => {
    const address = await listen(
      pongUntilPost((socket, bytes) => {
        if (bytes > 8_192) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
      }),
    );
    expect((await probePod(target(address), tools())).reason).toBe("wrong_responder");
  });

  test.each([
    ["a status", "HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n", "bad_status", "503"],
    ["garbage", "SSH-2.0-OpenSSH_9.6\r\n", "wrong_responder", "not HTTP/1.1"],
    [
      "chunks",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
      "wrong_responder",
      "malformed head, status 200",
    ],
    [
      "no identity",
      "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
      "wrong_responder",
      "echo answer: wrong_shape",
    ],
    [
      "no JSON",
      "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello",
      "wrong_responder",
      "echo answer: not_json",
    ],
  ])("the outcome names %s instead of pong's answer", async (_, answer, reason, detail) => {
    const address = await listen((socket) => socket.on("data", () => socket.write(answer)));
    expect(await probePod(target(address), tools())).toEqual({
      reason,
      detail,
      latencyMs: expect.any(Number),
    });
  });

  test("a connection that is closed or reset before the answer is a reset", async () => {
    const closes = await listen((socket) => socket.on("data", () => socket.end()));
    const resets = await listen((socket) => socket.on("data", () => socket.resetAndDestroy()));
    expect((await probePod(target(closes), tools())).reason).toBe("connection_reset");
    expect((await probePod(target(resets), tools())).reason).toBe("connection_reset");
  });

  test("a closed connection in the middle of the large echo is a reset", async () => {
    const address = await listen(pongUntilPost((socket) => socket.end()));
    expect((await probePod(target(address), tools())).reason).toBe("connection_reset");
  });

  test("an address that cannot be dialled is not probed", async () => {
    expect(await probePod(target("pong-a"), tools())).toMatchObject({ reason: "not_probed" });
  });

  test("at an abort it rejects and leaves no connection open", async () => {
    const controller = new AbortController();
    let closed: Promise<unknown> = Promise.resolve();
    const address = await listen((socket) => {
      closed = once(socket.resume(), "close");
      controller.abort(new Error("deadline"));
    });
    const probing = probePod(target(address), tools({ signal: controller.signal }));
    await expect(probing).rejects.toThrow("deadline");
    await closed;
  });

  test("pong still answers after a thousand probes in a row", async () => {
    const address = await startPong();
    for (let batch = 0; batch < 10; batch += 1) {
      const given = tools({ timeoutMs: 5_000 });
      const outcomes = await Promise.all(
        Array.from({ length: 100 }, () => probePod(target(address), given)),
      );
      expect(outcomes.filter(({ reason }) => reason !== "ok")).toEqual([]);
    }
  });
});

describe("the checks of a node", () => {
  test("tcp is ok when something accepts", async () => {
    const address = await listen(() => {});
    expect(await probeNodeTcp(target(address), tools())).toEqual({
      reason: "ok",
      latencyMs: expect.any(Number),
    });
  });

  test("tcp is refused when nobody listens", async () => {
    expect((await probeNodeTcp(target(await nobody()), tools())).reason).toBe("connection_refused");
  });

  test("tcp ends its connection in good order", async () => {
    let ended: Promise<unknown> = Promise.resolve();
    const address = await listen((socket) => {
      ended = once(socket.resume(), "end");
    });
    await probeNodeTcp(target(address), tools());
    await ended;
  });

  test("nodeport is ok and names nobody if the node's own pong answers", async () => {
    const outcome = await probeNodePort(target(await startPong(), { name: "node-1" }), tools());
    expect(outcome).toEqual({ reason: "ok", latencyMs: expect.any(Number), answeredBy: [] });
  });

  test("nodeport is ok and names the pong if another node's pong answers", async () => {
    const address = await startPong("pong-b", "node-2");
    expect(await probeNodePort(target(address), tools())).toMatchObject({
      reason: "ok",
      answeredBy: [{ pod: "pong-b", node: "node-2", connections: 1 }],
    });
  });
});

describe("the clusterip check of the service", () => {
  const service = { check: "clusterip", name: "pong", node: null } as const;

  test("counts which backends answered its fresh connections", async () => {
    let connections = 0;
    const address = await listen((socket) => {
      connections += 1;
      const answer = connections % 2 ? ECHO_ANSWER : ECHO_ANSWER.replace("pong-a", "pong-b");
      socket.on("data", () => socket.write(answer));
    });
    const outcome = await probeClusterIp(
      target(address, service),
      tools({ serviceConnections: 5 }),
    );
    expect(connections).toBe(5);
    expect(outcome.reason).toBe("ok");
    expect(outcome.answeredBy!.toSorted((a, b) => a.pod.localeCompare(b.pod))).toEqual([
      { pod: "pong-a", node: "node-1", connections: 3 },
      { pod: "pong-b", node: "node-1", connections: 2 },
    ]);
  });

  test("fails for one dead backend among many, and still names the others", async () => {
    let connections = 0;
    const address = await listen((socket) => {
      connections += 1;
      if (connections !== 2) socket.on("data", () => socket.write(ECHO_ANSWER));
    });
    expect(await probeClusterIp(target(address, service), tools())).toEqual({
      reason: "response_timeout",
      latencyMs: null,
      answeredBy: [{ pod: "pong-a", node: "node-1", connections: 2 }],
    });
  });

  test("the next attempt only repeats the connections that were not answered", async () => {
    let connections = 0;
    const address = await listen((socket) => {
      connections += 1;
      if (connections !== 2) socket.on("data", () => socket.write(ECHO_ANSWER));
    });
    const first = await probeClusterIp(target(address, service), tools());
    const second = await probeClusterIp(target(address, service), tools(), first);
    expect(connections).toBe(4);
    expect(second).toEqual({
      reason: "ok",
      latencyMs: expect.any(Number),
      answeredBy: [{ pod: "pong-a", node: "node-1", connections: 3 }],
    });
  });
});
