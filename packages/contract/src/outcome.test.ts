import { describe, expect, it } from "vitest";
import { columnsFit, type Outcome, outcomeAt, toColumns } from "./outcome.ts";
import { okOf, type Reason, REASONS, reasonCode, reasonOf } from "./reason.ts";

const OUTCOMES: Outcome[] = [
  { reason: "ok", latencyMs: 0.412, attempts: 1 },
  { reason: "connect_timeout", latencyMs: null, attempts: 3 },
  {
    reason: "wrong_responder",
    latencyMs: 12.5,
    attempts: 2,
    answeredBy: [{ pod: "pong-b", node: "node-2", connections: 1 }],
    detail: "planned pong-a",
  },
  { reason: "not_probed", latencyMs: null, attempts: 0 },
];

describe("the columns of a report", () => {
  it("give back every outcome", () => {
    const columns = toColumns(OUTCOMES);
    expect(OUTCOMES.map((_, index) => outcomeAt(columns, index))).toEqual(OUTCOMES);
    expect(columnsFit(columns, OUTCOMES.length)).toBe(true);
  });

  it("have one letter for each reason", () => {
    const all = REASONS.map((reason: Reason) => ({ reason, latencyMs: null, attempts: 1 }));
    expect(toColumns(all).reasons).toBe("abcdefghijklmno");
  });

  it("hold at most nine attempts and 200 characters of detail", () => {
    const outcome = { reason: "ok", latencyMs: 1, attempts: 12, detail: "x".repeat(300) } as const;
    const columns = toColumns([outcome]);
    expect(columns.attempts).toBe("9");
    expect(columns.detail[0]).toHaveLength(200);
  });

  it.each([
    ["another length", toColumns(OUTCOMES), 5],
    ["an attempts column that is too short", { ...toColumns(OUTCOMES), attempts: "13" }, 4],
    ["a latency column that is too short", { ...toColumns(OUTCOMES), latencyMs: [1, 2] }, 4],
    ["an unknown reason", { ...toColumns(OUTCOMES), reasons: "abcz" }, 4],
    ["a detail beyond the end", { ...toColumns(OUTCOMES), detail: { 4: "x" } }, 4],
    ["an answerer beyond the end", { ...toColumns(OUTCOMES), answeredBy: { 9: [] } }, 4],
  ])("do not fit with %s", (_what, columns, count) => {
    expect(columnsFit(columns as never, count)).toBe(false);
  });
});

describe("reasons", () => {
  it("keep their codes, because stored rounds and other versions of the services use them", () => {
    expect(REASONS).toEqual([
      "ok",
      "connect_timeout",
      "connection_refused",
      "connection_reset",
      "host_unreachable",
      "network_unreachable",
      "response_timeout",
      "large_request_timeout",
      "large_response_timeout",
      "bad_status",
      "wrong_responder",
      "dns_failure",
      "dns_mismatch",
      "local_exhaustion",
      "not_probed",
    ]);
    for (const reason of REASONS) expect(reasonOf(reasonCode(reason))).toBe(reason);
    expect(() => reasonOf(15)).toThrow(RangeError);
  });

  it("are ok, broken, or unknown", () => {
    expect(REASONS.map((reason) => okOf(reasonCode(reason)))).toEqual([
      true,
      ...Array<boolean>(13).fill(false),
      null,
    ]);
  });
});
