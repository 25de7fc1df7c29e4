import type { Cause } from "@netchecker/contract";
import { describe, expect, it } from "vitest";
import { expecting, type Form, score } from "./expectation.ts";

const NOTHING = { tolerated: [], unclear: new Set<string>() };

function aForm(with_: Partial<Form> = {}): Form {
  return { kind: "mtu", nodes: ["node-1"], peers: [], direction: "in", ...with_ };
}

function aCause(with_: Partial<Cause> = {}): Cause {
  return {
    kind: "mtu",
    severity: "warning",
    nodes: ["node-1"],
    peers: [],
    layer: null,
    direction: "in",
    target: null,
    candidates: [],
    summary: "",
    evidence: { explains: 1, ofFailures: 1, contradictedBy: 0, examples: [] },
    planned: false,
    next: [],
    ...with_,
  };
}

/** How many were missed, and how many were extra. */
function counts(
  found: Cause[],
  forms: Form[],
  with_: Partial<Parameters<typeof score>[1]> = {},
): [number, number] {
  const expected = forms.map((form) => expecting(form));
  const { missed, extra } = score(found, { ...NOTHING, expected, ...with_ });
  return [missed.length, extra.length];
}

describe("score", () => {
  it("wants kind, nodes, peers and direction", () => {
    expect(counts([aCause()], [aForm()])).toEqual([0, 0]);
    for (const other of [
      { kind: "slow" as const },
      { nodes: ["node-2"] },
      { peers: ["node-2"] },
      { direction: "out" as const },
    ])
      expect(counts([aCause(other)], [aForm()])).toEqual([1, 1]);
  });

  it("does not count one finding for two causes", () => {
    expect(counts([aCause()], [aForm(), aForm()])).toEqual([1, 0]);
  });

  it("counts a finding that tells of several agents for each of them", () => {
    const silent = (...nodes: string[]) => ({ kind: "agent-silent" as const, nodes });
    const found = [aCause(silent("node-1", "node-2", "node-3"))];
    const forms = ["node-1", "node-2", "node-3"].map((node) => aForm(silent(node)));
    expect(counts(found, forms)).toEqual([0, 0]);
    expect(counts(found, forms.slice(1))).toEqual([0, 1]);
    expect(counts([aCause(silent("node-1", "node-2"))], forms)).toEqual([1, 0]);
  });

  it("takes what is no alarm for nothing extra", () => {
    const quiet = [
      aCause({ severity: "info" }),
      aCause({ planned: true }),
      aCause({ kind: "unexplained" }),
    ];
    expect(counts(quiet, [])).toEqual([0, 0]);
  });

  it("wants both kinds named where nothing tells them apart", () => {
    const form = aForm({ names: ["route"] });
    expect(counts([aCause()], [form])).toEqual([1, 1]);
    expect(counts([aCause({ candidates: ["route"] })], [form])).toEqual([0, 0]);
    const undetermined = aCause({ kind: "undetermined", candidates: ["mtu", "route"] });
    expect(counts([undetermined], [form])).toEqual([0, 0]);
  });

  it("lets what is tolerated be found or not", () => {
    const tolerated = [aForm()];
    expect(counts([aCause()], [], { tolerated })).toEqual([0, 0]);
    expect(counts([], [], { tolerated })).toEqual([0, 0]);
  });

  it("lets a node of which more is wrong be in a group or not, whichever is then the smaller one", () => {
    const groups = aForm({ nodes: ["a1", "a2"], peers: ["b1", "b2", "b3"] });
    const unclear = new Set(["b3"]);
    const without = aCause({ nodes: ["a1", "a2"], peers: ["b1", "b2"] });
    const turned = aCause({ nodes: ["b1", "b2"], peers: ["a1", "a2"], direction: "out" });
    expect(counts([without], [groups])).toEqual([1, 1]);
    expect(counts([without], [groups], { unclear })).toEqual([0, 0]);
    expect(counts([turned], [groups], { unclear })).toEqual([0, 0]);
    expect(counts([{ ...turned, direction: "in" }], [groups], { unclear })).toEqual([1, 1]);
  });
});
