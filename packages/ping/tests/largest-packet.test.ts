import { describe, expect, test } from "vitest";
import type { Outcome } from "@netchecker/contract";
import { largestPacket } from "../src/probes/largest-packet.ts";
import { LossSizer } from "../src/probes/size-losses.ts";
import { listen, nobody, startPong, target, tools } from "./listeners.ts";

const HEADERS_BYTES = 52;
const LIMIT = 1_423;
/** A step of the search waits for a third of it, and the machine may be busy. */
const PATIENT = { timeoutMs: 1_500 };

/** A pong on a path that loses packets above the limit, in one direction. */
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
  ] as const)("is found exactly, on the way %s", async (way, loss) => {
    expect(await largestPacket(await pongBehind(way), loss, tools(PATIENT))).toBe(LIMIT);
  });

  test("is not found if nobody answers any more", async () => {
    expect(await largestPacket(await nobody(), "large_request_timeout", tools())).toBeNull();
  });

  test("is not found if large packets pass again", async () => {
    expect(await largestPacket(await startPong(), "large_request_timeout", tools())).toBeNull();
  });
});

describe("outcomes that lost large packets", () => {
  const lost = (reason: Outcome["reason"]): Outcome => ({ reason, latencyMs: null, attempts: 3 });

  test("have the size in their detail, but only the first three of them", async () => {
    const address = await pongBehind("there");
    const outcomes = [
      lost("connect_timeout"),
      ...Array.from({ length: 4 }, () => lost("large_request_timeout")),
    ];
    const sized = await new LossSizer(tools(PATIENT)).tell(
      outcomes.map(() => target(address)),
      outcomes,
    );
    expect(sized.map(({ detail }) => detail)).toEqual([
      undefined,
      ...Array.from({ length: 3 }, () => `packets of up to ${LIMIT} bytes pass`),
      undefined,
    ]);
    expect(sized.map(({ reason }) => reason)).toEqual(outcomes.map(({ reason }) => reason));
  });

  test("have the size from an earlier attempt, but not if a later attempt was ok", async () => {
    const sizer = new LossSizer(tools(PATIENT));
    const address = await pongBehind("back");
    const [first, second] = [target(address), target(address)];
    sizer.take(first, "large_response_timeout");
    sizer.take(second, "large_response_timeout");
    const ok: Outcome = { reason: "ok", latencyMs: 1, attempts: 2 };
    const [of1, of2] = await sizer.tell([first, second], [lost("large_response_timeout"), ok]);
    expect(of1!.detail).toBe(`packets of up to ${LIMIT} bytes pass`);
    expect(of2).toEqual(ok);
  });

  test("have no size if the report is due before it is found", async () => {
    const due = new AbortController();
    const outcomes = [lost("large_request_timeout")];
    const sizer = new LossSizer(tools({ signal: due.signal }));
    const sizing = sizer.tell([target(await pongBehind("there"))], outcomes);
    due.abort();
    expect(await sizing).toEqual(outcomes);
  });
});
