import { describe, expect, it } from "vitest";
import { sayEvidence } from "./say-evidence.ts";

const evidence = { explains: 0, ofFailures: 12, contradictedBy: 0, examples: [] };

describe("the text about a finding's evidence", () => {
  it("says how many of the failures it explains", () => {
    const said = sayEvidence({
      evidence: { ...evidence, explains: 1_200, ofFailures: 1_201 },
      changes: [],
    });
    expect(said).toBe("explains 1,200 of 1,201 failures");
  });

  it("says what contradicts it, and what happened shortly before", () => {
    const said = sayEvidence({
      evidence: { ...evidence, explains: 1, ofFailures: 1, contradictedBy: 1 },
      changes: ["node-7 rebooted"],
    });
    expect(said).toBe(
      "explains 1 of 1 failure, 1 check speaks against it; shortly before: node-7 rebooted",
    );
  });

  it("is empty if the finding explains no failed check", () => {
    expect(sayEvidence({ evidence, changes: [] })).toBe("");
  });
});
