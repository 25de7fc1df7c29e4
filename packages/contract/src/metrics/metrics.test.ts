import { expect, test } from "vitest";
import { counter, gauge, Histogram, Tally } from "./index.ts";

test("a gauge is a number, a yes or no, or one sample per label set", () => {
  expect(gauge("a", "b", 3).samples).toEqual([{ labels: {}, value: 3 }]);
  expect(gauge("a", "b", true).samples).toEqual([{ labels: {}, value: 1 }]);
  const samples = [{ labels: { node: "n" }, value: 2 }];
  expect(gauge("a", "b", samples)).toEqual({ name: "a", type: "gauge", help: "b", samples });
  expect(counter("a_total", "b", 0)).toMatchObject({ type: "counter", samples: [{ value: 0 }] });
});

test("a tally counts by labels, and known label sets begin at 0", () => {
  const tally = new Tally("a_total", "b", [{ type: "pod", reason: "ok" }]);
  tally.add({ type: "pod", reason: "late" });
  tally.add({ type: "pod", reason: "late" }, 2);
  expect(tally.family).toEqual({
    name: "a_total",
    type: "counter",
    help: "b",
    samples: [
      { labels: { type: "pod", reason: "ok" }, value: 0 },
      { labels: { type: "pod", reason: "late" }, value: 3 },
    ],
  });
});

test("a histogram's bucket counts all values up to its bound, and the last bucket counts all values", () => {
  const histogram = new Histogram("a_seconds", "b", [0.1, 1], [{ type: "pod" }]);
  for (const value of [0.1, 0.05, 0.5, 7]) histogram.of({ type: "pod" }).add(value);
  const { samples, type } = histogram.family;
  expect(type).toBe("histogram");
  expect(samples.map(({ labels, value, suffix }) => [suffix, labels["le"], value])).toEqual([
    ["_bucket", "0.1", 2],
    ["_bucket", "1", 3],
    ["_bucket", "+Inf", 4],
    ["_sum", undefined, expect.closeTo(7.65)],
    ["_count", undefined, 4],
  ]);
});
