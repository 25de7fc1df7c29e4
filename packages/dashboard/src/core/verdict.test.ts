import type { Counts, Finding, Summary } from "@netchecker/contract";
import { expect, it } from "vitest";
import { aMesh } from "../../tests/support/a-mesh.ts";
import { verdictOf } from "./verdict.ts";

const { round: HEAD } = aMesh([], []);
const ROUND = { ...HEAD, expected: 3, reported: 3 };

function aSummary(pod: Partial<Counts>): Summary {
  const none = { total: 0, ok: 0, failed: 0, unknown: 0, planned: 0 };
  return { pod: { ...none, ...pod }, node: none, service: none, external: none };
}

const aFinding = (with_: Partial<Finding>) =>
  ({ severity: "critical", state: "ongoing", ...with_ }) as Finding;

it("says that all is well only where everything was measured and ok", () => {
  expect(verdictOf(ROUND, aSummary({ total: 9, ok: 9 }), [])).toEqual({
    tone: "well",
    headline: "All is well",
    detail: "9 of 9 checks ok, 3 of 3 agents reported",
  });
});

it("unknown is not well, nor is a missing agent, nor a round that measured nothing", () => {
  expect(verdictOf(ROUND, aSummary({ total: 9, ok: 8, unknown: 1 }), []).tone).toBe("unmeasured");
  const missing = [{ pod: null, node: "a", why: "no_pod", detail: null, planned: null }] as const;
  expect(
    verdictOf({ ...ROUND, missing: [...missing] }, aSummary({ total: 9, ok: 9 }), []).tone,
  ).toBe("unmeasured");
  expect(verdictOf(ROUND, aSummary({}), []).headline).toBe("Nothing was measured");
});

it("failures that are no alarm yet are told, and findings go before them", () => {
  const summary = aSummary({ total: 9, ok: 8, failed: 1 });
  expect(verdictOf(ROUND, summary, []).headline).toBe("1 check failed, no alarm");
  const findings = [
    aFinding({}),
    aFinding({ severity: "warning" }),
    aFinding({ severity: "info" }),
  ];
  expect(verdictOf(ROUND, summary, findings).headline).toBe("2 findings, 1 critical");
});

it("what has recovered, or is planned, is no alarm", () => {
  const findings = [aFinding({ state: "recovered" }), aFinding({ severity: "info" })];
  expect(verdictOf(ROUND, aSummary({ total: 9, ok: 9, planned: 2 }), findings).tone).toBe("well");
});
