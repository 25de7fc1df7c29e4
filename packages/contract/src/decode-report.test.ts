import { describe, expect, it } from "vitest";
import { decodeReport } from "./decode-report.ts";
import { type Outcome, toColumns } from "./outcome.ts";
import { MAX_TARGETS_OF_TYPE, reportLimits } from "./message-limits.ts";
import type { Report } from "./report.ts";

function aReport(outcomes: Outcome[], with_: object = {}): Report {
  return {
    v: 1,
    type: "pod",
    round: 123_456_789,
    list: "8f14e45f-ceea-467f-a1f3-2d1c5d3a7b1e",
    agent: {
      pod: "ping-abcde",
      node: "ip-10-0-123-234.eu-central-1.compute.internal",
      ip: "10.244.123.234",
    },
    tookMs: 1_234.567,
    prober: { loopDelayP99Ms: 12.345, throttledMs: 123.456, starved: false },
    ...toColumns(outcomes),
    ...with_,
  };
}

const OK: Outcome = { reason: "ok", latencyMs: 1.5, attempts: 1 };

describe("decodeReport", () => {
  it("gives a report back as it was sent", () => {
    const report = aReport([
      OK,
      { reason: "dns_failure", latencyMs: null, attempts: 3, detail: "ENOTFOUND" },
    ]);
    expect(decodeReport("pod", JSON.stringify(report))).toEqual({ ok: true, value: report });
  });

  it("is under 10 kB for 1,000 pod targets, however slowly they answer", () => {
    const slow = Array.from({ length: 1_000 }, (_, index) => ({
      ...OK,
      latencyMs: 0.101 + index / 1_000,
    }));
    expect(JSON.stringify(aReport(slow)).length).toBeLessThan(10_000);
    const throttled = slow.map((outcome, index) => ({ ...outcome, latencyMs: 1_234.567 + index }));
    expect(JSON.stringify(aReport(throttled)).length).toBeLessThan(10_000);
    const dead = Array.from(
      { length: 1_000 },
      () => ({ reason: "connect_timeout", latencyMs: null, attempts: 3 }) as const,
    );
    expect(JSON.stringify(aReport(dead)).length).toBeLessThan(5_000);
  });

  it.each([
    ["too_large", `"${"x".repeat(reportLimits("pod", MAX_TARGETS_OF_TYPE.pod).chars)}"`],
    ["too_large", "[".repeat(100_000)],
    ["too_large", `{"v":1,"detail":${"[[[[]]]]"}}`],
    ["not_json", JSON.stringify(aReport([OK])).slice(0, 100)],
    ["not_json", ""],
    ["wrong_version", "null"],
    ["wrong_version", "[]"],
    ["wrong_version", JSON.stringify(aReport([OK], { v: 2 }))],
    ["wrong_version", JSON.stringify(aReport([OK], { v: "1" }))],
    ["wrong_type", JSON.stringify(aReport([OK], { type: "node" }))],
    ["wrong_shape", JSON.stringify(aReport([OK], { type: "pods" }))],
    ["wrong_shape", JSON.stringify(aReport([OK], { round: 0 }))],
    ["wrong_shape", JSON.stringify(aReport([OK], { round: 1.5 }))],
    ["wrong_shape", JSON.stringify(aReport([OK], { agent: { pod: "", node: "n", ip: "i" } }))],
    ["wrong_shape", JSON.stringify(aReport([OK], { latencyMs: [-1] }))],
    ["wrong_shape", JSON.stringify(aReport([OK], { latencyMs: [3_600_001] }))],
    ["wrong_shape", JSON.stringify(aReport([OK], { reasons: "A" }))],
    ["wrong_shape", JSON.stringify(aReport([OK], { reasons: "z" }))],
    ["wrong_shape", JSON.stringify(aReport([OK], { reasons: "aa" }))],
    ["wrong_shape", JSON.stringify(aReport([OK], { attempts: "x" }))],
    ["wrong_shape", JSON.stringify(aReport([OK], { answeredBy: { "-1": [] } }))],
    ["wrong_shape", JSON.stringify(aReport([OK], { answeredBy: { __proto__x: [] } }))],
    ["wrong_shape", JSON.stringify(aReport([OK], { detail: { 0: "x".repeat(201) } }))],
    ["wrong_shape", JSON.stringify(aReport([OK], { detail: { 0: "\u001b[2J" } }))],
    ["wrong_shape", JSON.stringify(aReport([OK], { detail: { 0: "a\nb" } }))],
    ["wrong_shape", JSON.stringify(aReport([OK], { detail: { 0: "\u202e" } }))],
    ["wrong_shape", JSON.stringify(aReport([OK], { more: 1 }))],
    ["wrong_shape", JSON.stringify(aReport([OK], { list: "l".repeat(65) }))],
    ["wrong_shape", JSON.stringify(aReport([OK], { list: "a b" }))],
    ...[
      { pod: "p".repeat(254), node: "n", ip: "10.0.0.1" },
      { pod: "ping-a", node: "Node", ip: "10.0.0.1" },
      { pod: "ping-a", node: "node\u0000", ip: "10.0.0.1" },
      { pod: "ping-a", node: "node-1", ip: "localhost" },
    ].map((agent) => ["wrong_shape", JSON.stringify(aReport([OK], { agent }))]),
    ...[
      [["pong-a", "node-1", 1, 1]],
      [["pong a", "node-1", 1]],
      [
        ["pong-a", "node-1", 1],
        ["pong-b", "node-2", 1],
      ],
    ].map((answers) => [
      "wrong_shape",
      JSON.stringify(aReport([OK], { answeredBy: { 0: answers } })),
    ]),
  ])("refuses as %s: %.60s", (fault, text) => {
    expect(decodeReport("pod", text)).toMatchObject({ ok: false, fault });
  });

  it("does not parse a text that is longer than a report on this number of targets can be", () => {
    const text = JSON.stringify(aReport([OK], { detail: { 0: "x".repeat(2_000) } }));
    const decoded = decodeReport("pod", text, reportLimits("pod", 1));
    expect(decoded).toMatchObject({ ok: false, fault: "too_large" });
  });

  it("repeats no character that a terminal would obey", () => {
    const decoded = decodeReport("pod", '\u001b[2J\n"');
    expect(decoded).toMatchObject({ ok: false, fault: "not_json" });
    if (!decoded.ok) expect(decoded.why).not.toMatch(/\p{Cc}/u);
  });

  it("says which field of a message is wrong", () => {
    const decoded = decodeReport("pod", JSON.stringify(aReport([OK], { tookMs: "long" })));
    expect(decoded).toMatchObject({ ok: false, why: expect.stringContaining("/tookMs") });
  });
});
