import type { MetricFamily } from "@netchecker/contract/metrics";
import { expect, test } from "vitest";
import { aClosedRound, aView, OK, TIMEOUT } from "@netchecker/round/testing/a-round";
import { starve } from "@netchecker/conclude/testing/starve";
import { finish } from "@netchecker/round/steps";
import { RoundsTally } from "./rounds-tally.ts";

const family = (tally: RoundsTally, name: string): MetricFamily =>
  tally.families.find((each) => each.name === name)!;

/** The value of the series that has at least these labels. */
const value = (tally: RoundsTally, name: string, labels: object, suffix?: string) =>
  family(tally, name).samples.find(
    (sample) =>
      sample.suffix === suffix &&
      Object.entries(labels).every(([label, is]) => sample.labels[label] === is),
  )?.value;

const POD = { type: "pod", check: "echo" };

test("outcomes of a closed round are counted by check and reason, and retried checks are counted too", () => {
  const tally = new RoundsTally();
  const round = aClosedRound(aView(3), {
    finds: (target) => (target.name === "pong-2" ? TIMEOUT : OK),
  });
  finish(tally.closed(round, 40));
  finish(tally.closed(round, 60));
  expect(value(tally, "netchecker_checks_total", { ...POD, reason: "ok" })).toBe(12);
  expect(value(tally, "netchecker_checks_total", { ...POD, reason: "connect_timeout" })).toBe(6);
  expect(value(tally, "netchecker_retried_checks_total", POD)).toBe(6);
  expect(value(tally, "netchecker_rounds_total", { ended: "reports" })).toBe(2);
  expect(value(tally, "netchecker_conclude_duration_seconds", {}, "_sum")).toBeCloseTo(0.1);
  expect(value(tally, "netchecker_round_duration_seconds", {}, "_sum")).toBeCloseTo(2.086);
});

test("latencies come only from checks that were ok, by agents that were not starved", () => {
  const tally = new RoundsTally();
  const round = aClosedRound(aView(3), {
    finds: (target, from) => {
      if (target.name === "pong-2") return TIMEOUT;
      return { ...OK, latencyMs: from === "node-1" ? 900 : 0.3 };
    },
  });
  finish(tally.closed(starve(round, [1]), 1));
  const latency = (labels: object, suffix?: string) =>
    value(tally, "netchecker_latency_seconds", { ...POD, ...labels }, suffix);
  expect(latency({}, "_count")).toBe(4);
  expect(latency({ le: "0.00025" }, "_bucket")).toBe(0);
  expect(latency({ le: "0.0005" }, "_bucket")).toBe(4);
  expect(latency({}, "_sum")).toBeCloseTo(0.0012);
});

test("every way for a round to end and every reason to drop a report is there from the start, at 0", () => {
  const tally = new RoundsTally();
  const reasons = family(tally, "netchecker_reports_dropped_total").samples;
  expect(reasons.map(({ labels, value: is }) => [labels["reason"], is])).toEqual(
    [
      "late",
      "repeated",
      "unknown_agent",
      "does_not_fit",
      "too_large",
      "too_many",
      "not_json",
      "wrong_version",
      "wrong_shape",
      "wrong_type",
    ].map((reason) => [reason, 0]),
  );
  expect(family(tally, "netchecker_rounds_total").samples).toHaveLength(4);
});

test("reports are counted as accepted, or by the reason for which they were dropped", () => {
  const tally = new RoundsTally();
  tally.accepted("pod");
  tally.dropped("unknownAgent");
  tally.dropped("invalid");
  tally.dropped("not_json");
  expect(value(tally, "netchecker_reports_total", { type: "pod" })).toBe(1);
  const dropped = (reason: string) => value(tally, "netchecker_reports_dropped_total", { reason });
  expect(["unknown_agent", "does_not_fit", "not_json", "late"].map(dropped)).toEqual([1, 1, 1, 0]);
});
