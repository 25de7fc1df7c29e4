import { expect, it } from "vitest";
import { toColumns } from "./outcome.ts";
import { peekReport } from "./peek-report.ts";

const REPORT = {
  v: 1,
  type: "pod",
  round: 42,
  list: "8f14e45f-ceea-467f-a1f3-2d1c5d3a7b1e",
  agent: { pod: "ping-abcde", node: "node-1.example", ip: "fd00::1" },
  tookMs: 1,
  prober: { loopDelayP99Ms: 1, throttledMs: null, starved: false },
  ...toColumns([]),
};

it("peekReport reads a report's author without parsing the report", () => {
  expect(peekReport(JSON.stringify(REPORT))).toEqual({
    type: "pod",
    round: 42,
    list: REPORT.list,
    pod: "ping-abcde",
    node: "node-1.example",
  });
});

it.each([
  ["an empty text", ""],
  ["a space before it", ` ${JSON.stringify(REPORT)}`],
  ["another version", JSON.stringify({ ...REPORT, v: 2 })],
  ["a round of 1e300", JSON.stringify({ ...REPORT, round: 1e300 })],
  ["another order", JSON.stringify(Object.fromEntries(Object.entries(REPORT).toReversed()))],
  ["a name with a quote", JSON.stringify({ ...REPORT, agent: { ...REPORT.agent, pod: 'a"' } })],
  [
    "a name that never ends",
    `{"v":1,"type":"pod","round":1,"list":"l","agent":{"pod":"${"a".repeat(1e6)}`,
  ],
])("peekReport gives null for %s", (_what, text) => {
  expect(peekReport(text)).toBeNull();
});
