import { type Verdict, VERDICTS } from "@netchecker/contract";
import { expect, it } from "vitest";
import { verdictGauges } from "./verdict-gauges.ts";

const series = (verdict: Pick<Verdict, "verdict" | "reason">) =>
  verdictGauges({ sentence: "", since: "2026-11-22T23:51:10.123Z", ...verdict }).flatMap(
    ({ name, samples }) =>
      samples.map(({ labels, value }) => `${name} ${Object.values(labels).join()} ${value}`),
  );

it.each(["ok", "degraded", "failing"] as const)("says %s, and none of the other words", (is) => {
  expect(series({ verdict: is, reason: null })).toEqual(
    VERDICTS.map((word) => `netchecker_verdict ${word} ${word === is ? 1 : 0}`),
  );
});

it("says unmeasured, and why", () => {
  expect(series({ verdict: "unmeasured", reason: "redis_refuses" })).toEqual([
    "netchecker_verdict ok 0",
    "netchecker_verdict degraded 0",
    "netchecker_verdict failing 0",
    "netchecker_verdict unmeasured 1",
    "netchecker_unmeasured redis_refuses 1",
  ]);
});
