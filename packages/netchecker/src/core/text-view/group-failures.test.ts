import { describe, expect, it } from "vitest";
import { aClosedRound, aView, OK, seeded, TIMEOUT } from "@netchecker/round/testing/a-round";
import { finish } from "@netchecker/round/steps";
import { groupFailures } from "./group-failures.ts";

describe("groupFailures", () => {
  it("has each failure in one group, or counts it as omitted", () => {
    const draw = seeded(3);
    for (const share of [0.02, 0.3, 0.9, 1]) {
      const round = aClosedRound(aView(12), { finds: () => (draw() < share ? TIMEOUT : OK) });
      const failed = Object.values(round.summary).reduce((sum, each) => sum + each.failed, 0);
      const { groups, omitted } = finish(groupFailures(round, 3));
      const told = groups.flatMap(({ type, by, index, others }) =>
        others.map((other) => `${type} ${by === "to" ? [other, index] : [index, other]}`),
      );
      expect(new Set(told).size).toBe(told.length);
      expect(told.length + omitted).toBe(failed);
      for (const { others, ofOthers } of groups)
        expect(others.length).toBeLessThanOrEqual(ofOthers);
    }
  });

  it("takes the fullest row or column first", () => {
    const round = aClosedRound(aView(6), {
      finds: (target, from) =>
        target.check === "echo" &&
        (target.node === "node-2" || (from === "node-5" && target.node !== "node-6"))
          ? TIMEOUT
          : OK,
    });
    const { groups } = finish(groupFailures(round, 12));
    expect(groups).toMatchObject([
      { type: "pod", by: "to", index: 1, others: [0, 1, 2, 3, 4, 5], ofOthers: 6 },
      { type: "pod", by: "from", index: 4, others: [0, 2, 3, 4], ofOthers: 6 },
    ]);
  });

  it("pauses after each row", () => {
    const round = aClosedRound(aView(20), { finds: () => TIMEOUT });
    expect([...groupFailures(round, 12)].length).toBeGreaterThan(4 * 20);
  });
});
