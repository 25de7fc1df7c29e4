import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { EventStream } from "./event-stream.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function readAll(events: EventStream): string {
  let text = "";
  for (let piece = events.read(); piece !== null; piece = events.read()) text += piece;
  return text;
}

it("sends one event per message, and a comment each 15 s", () => {
  const events = new EventStream();
  events.send("state", { id: 1 });
  events.send("state", { text: "two\nlines" });
  expect(readAll(events)).toBe(
    'event: state\ndata: {"id":1}\n\nevent: state\ndata: {"text":"two\\nlines"}\n\n',
  );
  vi.advanceTimersByTime(14_999);
  expect(readAll(events)).toBe("");
  vi.advanceTimersByTime(15_001);
  expect(readAll(events)).toBe(":\n\n:\n\n");
  events.destroy();
});

it("sends nothing after its end, and leaves no timer behind", async () => {
  const events = new EventStream();
  events.send("state", {});
  events.end();
  events.send("state", { late: true });
  const closed = new Promise((resolve) => void events.once("close", resolve));
  expect(readAll(events)).toBe("event: state\ndata: {}\n\n");
  events.resume();
  await closed;
  expect(vi.getTimerCount()).toBe(0);
});

it("cuts off a client that does not read", () => {
  const events = new EventStream();
  for (let sent = 0; sent < 100 && !events.destroyed; sent += 1)
    events.send("state", { padding: "x".repeat(1024) });
  expect(events.destroyed).toBe(true);
  expect(events.readableLength).toBeLessThan(70 * 1024);
});
