import { describe, expect, test } from "vitest";
import type { Outcome } from "@netchecker/contract";
import { largestPacket } from "../src/probes/largest-packet.ts";
import { sizeLosses } from "../src/probes/size-losses.ts";
import { listen, nobody, startPong, target, tools } from "./listeners.ts";

const HEADERS_BYTES = 52;
const LIMIT = 1_423;

/** A pong on a path that loses what is larger than the limit, on the way there or on the way back. */
function pongBehind(way: "there" | "back"): Promise<string> {
  return listen((socket) => {
    let request = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      request = Buffer.concat([request, chunk]);
      const headBytes = request.indexOf("\r\n\r\n") + 4;
      const bodyBytes = Number(/content-length: (\d+)/.exec(request.toString("latin1"))?.[1]);
      if (headBytes < 4 || request.length < headBytes + bodyBytes) return;
      const passes = (bytes: number) => bytes + HEADERS_BYTES <= LIMIT;
      if (way === "there" && !passes(request.length)) return;
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${bodyBytes}\r\n\r\n`);
      if (way === "there" || passes(bodyBytes)) socket.write(request.subarray(headBytes));
    });
  });
}

describe("the largest packet that gets through", () => {
  test.each([
    ["there", "large_request_timeout"],
    ["back", "large_response_timeout"],
  ] as const)("is told to the byte, on the way %s", async (way, loss) => {
    expect(await largestPacket(await pongBehind(way), loss, tools())).toBe(LIMIT);
  });

  test("is not told where nobody answers any more", async () => {
    expect(await largestPacket(await nobody(), "large_request_timeout", tools())).toBeNull();
  });

  test("is not told where large ones pass again", async () => {
    expect(await largestPacket(await startPong(), "large_request_timeout", tools())).toBeNull();
  });
});

describe("outcomes that lost large packets", () => {
  const lost = (reason: Outcome["reason"]): Outcome => ({ reason, latencyMs: null, attempts: 3 });

  test("have the size in their detail, the first three of them; others are left as they are", async () => {
    const address = await pongBehind("there");
    const outcomes = [
      lost("connect_timeout"),
      ...Array.from({ length: 4 }, () => lost("large_request_timeout")),
    ];
    const sized = await sizeLosses(
      outcomes.map(() => target(address)),
      outcomes,
      tools(),
    );
    expect(sized.map(({ detail }) => detail)).toEqual([
      undefined,
      ...Array.from({ length: 3 }, () => `packets of up to ${LIMIT} bytes pass`),
      undefined,
    ]);
    expect(sized.map(({ reason }) => reason)).toEqual(outcomes.map(({ reason }) => reason));
  });

  test("go without it when the report is due", async () => {
    const due = new AbortController();
    const outcomes = [lost("large_request_timeout")];
    const address = await pongBehind("there");
    const sizing = sizeLosses([target(address)], outcomes, tools({ signal: due.signal }));
    due.abort();
    expect(await sizing).toEqual(outcomes);
  });
});
