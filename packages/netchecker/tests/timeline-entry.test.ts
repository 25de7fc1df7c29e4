import { type Finding, timelineEntry } from "@netchecker/contract";
import { describe, expect, it } from "vitest";
import { aClosedRound, aView, OK, TIMEOUT } from "@netchecker/round/testing/a-round";
import { roundWithoutResult } from "@netchecker/round/round-without-result";

const { head, summary } = aClosedRound(aView(3), {
  silent: ["node-3"],
  finds: (target) => (target.name === "pong-2" ? TIMEOUT : OK),
});
const finding = (severity: Finding["severity"], state: Finding["state"]) =>
  ({ severity, state }) as Finding;

describe("a round on the timeline", () => {
  it("has the counts of all types, and its findings by severity, without recovered ones", () => {
    const findings = [
      finding("critical", "new"),
      finding("warning", "ongoing"),
      finding("warning", "flapping"),
      finding("info", "ongoing"),
      finding("critical", "recovered"),
    ];
    expect(timelineEntry(head, summary, findings)).toEqual({
      id: 7,
      state: "closed",
      startedAt: "2026-11-22T23:51:10.123Z",
      durationMs: 1_043,
      closedBy: "reports",
      kept: "all",
      expected: 3,
      reported: 2,
      total: 36,
      failed: 2,
      unknown: 12,
      critical: 1,
      warning: 2,
      info: 1,
      verdict: null,
    });
  });

  it("distinguishes no findings from findings that were not counted", () => {
    const counts = { critical: 0, warning: 0, info: 0 };
    expect(timelineEntry(head, summary, [])).toMatchObject(counts);
    const unknown = { critical: null, warning: null, info: null };
    expect(timelineEntry(head, summary, null)).toMatchObject({ ...unknown, failed: 2 });
  });

  it("has no counts if the round has no result", () => {
    const failed = roundWithoutResult({ id: 8, startedAt: 1_000 }, "failed", "no Redis");
    expect(timelineEntry(failed, null, null)).toMatchObject({
      id: 8,
      state: "failed",
      kept: "none",
      durationMs: null,
      closedBy: null,
      total: null,
      failed: null,
      unknown: null,
      critical: null,
    });
  });
});
