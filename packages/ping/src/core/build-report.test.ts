import { decodeReport, type TargetList } from "@netchecker/contract";
import { expect, test } from "vitest";
import { buildReport, judgeProber } from "./build-report.ts";

const list: TargetList = {
  v: 1,
  type: "pod",
  round: 7,
  list: "l7",
  reportWithinMs: 5_000,
  check: ["echo", "echo"],
  name: ["pong-a", "pong-b"],
  node: ["node-1", "node-2"],
  address: ["10.0.0.1:8080", "10.0.0.2:8080"],
};
const agent = { pod: "ping-a", node: "node-1", ip: "10.0.0.9" };

test("a report fits the contract, names its round and list, and has latencies in milliseconds", () => {
  const report = buildReport(
    agent,
    list,
    {
      outcomes: [
        { reason: "ok", latencyMs: 0.4123456, attempts: 1 },
        { reason: "connect_timeout", latencyMs: null, attempts: 3 },
      ],
      prober: { loopDelayP99Ms: 1, throttledMs: null, starved: false },
    },
    12.345678,
  );
  const decoded = decodeReport("pod", JSON.stringify(report));
  expect(decoded).toEqual({ ok: true, value: report });
  expect(report).toMatchObject({
    round: 7,
    list: "l7",
    agent,
    tookMs: 12.346,
    reasons: "ab",
    attempts: "13",
    latencyMs: [0.412, 0],
  });
});

test("a report of 1,000 targets is under 10 kB", () => {
  const outcomes = Array.from({ length: 1_000 }, (_, index) => ({
    reason: "ok" as const,
    latencyMs: 1 + index / 7,
    attempts: 1,
  }));
  const prober = { loopDelayP99Ms: 1, throttledMs: 0, starved: false };
  const report = buildReport(agent, list, { outcomes, prober }, 1_000);
  expect(JSON.stringify(report).length).toBeLessThan(10_000);
});

test.each([
  ["an agent with enough CPU is not starved", 5, 0, 1_000, false],
  ["a loop delay above 100 ms is starvation", 100.5, 0, 1_000, true],
  ["a loop delay of 100 ms is not yet", 100, 0, 1_000, false],
  ["throttling above a tenth of the time is starvation", 5, 101, 1_000, true],
  ["throttling of a tenth is not yet", 5, 100, 1_000, false],
  ["a kernel that does not say is no starvation", 5, null, 1_000, false],
])("%s", (_, loopDelayP99Ms, throttledMs, tookMs, starved) => {
  expect(judgeProber({ loopDelayP99Ms, throttledMs, tookMs })).toEqual({
    loopDelayP99Ms,
    throttledMs,
    starved,
  });
});
