import { countCell, REASONS, TARGET_TYPES } from "@netchecker/contract";
import { describe, expect, it } from "vitest";
import { aClosedRound, aNode, aView, between, under } from "../tests/support/a-round.ts";
import type { ClosedRound } from "./closed-round.ts";
import { countRound, type RoundCounts, summaryOf } from "./count-round.ts";
import { NOT_KEPT_CODE } from "./outcome-matrix.ts";
import { finish } from "./steps.ts";

/** A round in which a third of the checks fail, one node is cordoned, one is silent, and one has just joined. */
function aMixedRound(): ClosedRound {
  let drawn = 1;
  const draw = () => (drawn = (drawn * 48_271) % 2_147_483_647) / 2_147_483_647;
  const view = aView(8, {
    nodes: Array.from({ length: 8 }, (_, n) => aNode(n + 1, { cordoned: n === 4 })),
  });
  return aClosedRound(view, { silent: ["node-3"], finds: under(between(() => draw() < 0.3)) });
}

/** Every outcome with what it counts as, one by one. */
function* outcomesOf({ plan, matrices }: ClosedRound) {
  for (const type of TARGET_TYPES)
    for (const [a, agent] of plan.agents.entries())
      for (const [t, target] of plan.targets[type].entries()) {
        const cell = matrices[type].cell(a, t);
        const code = matrices[type].reasons[cell]!;
        const attempts = matrices[type].attempts[cell]!;
        const result = countCell(code, agent.planned, target.planned);
        yield { type, check: target.check, from: agent.node, to: target.node, result, attempts };
      }
}

type Counted = ReturnType<typeof outcomesOf> extends Iterable<infer Each> ? Each : never;

function counted(round: ClosedRound, wanted: (outcome: Counted) => boolean) {
  const counts = { total: 0, ok: 0, failed: 0, unknown: 0, planned: 0 };
  for (const outcome of outcomesOf(round)) {
    if (!wanted(outcome)) continue;
    counts[outcome.result] += 1;
    if (outcome.result !== "planned") counts.total += 1;
  }
  return counts;
}

const countsOf = (round: ClosedRound): RoundCounts => finish(countRound(round));

describe("the counts of a round", () => {
  it("are what its outcomes count as one by one: by agent, by node, and at the node itself", () => {
    const round = aMixedRound();
    for (const [n, { from, to, atItself }] of countsOf(round).nodes.entries()) {
      const name = round.plan.agents[n]!.node;
      for (const type of TARGET_TYPES)
        expect(from[type]).toEqual(counted(round, (o) => o.type === type && o.from === name));
      for (const type of ["pod", "node"] as const)
        expect(to[type]).toEqual(counted(round, (o) => o.type === type && o.to === name));
      expect(atItself).toEqual(counted(round, (o) => o.from === name && o.to === name));
    }
  });

  it("give the round's summary", () => {
    const round = aMixedRound();
    const summary = summaryOf(countsOf(round));
    for (const type of TARGET_TYPES)
      expect(summary[type]).toEqual(counted(round, (o) => o.type === type));
    expect(summary.pod.failed).toBeGreaterThan(0);
    expect(summary.pod.planned).toBeGreaterThan(0);
    expect(summary.pod.unknown).toBeGreaterThan(0);
    expect(round.summary).toEqual(summary);
  });

  it("have each check's outcomes by reason, and how many were tried again", () => {
    const round = aMixedRound();
    for (const { type, check, reasons, retried } of countsOf(round).checks) {
      const outcomes = [...outcomesOf(round)].filter((o) => o.type === type && o.check === check);
      expect(reasons.reduce((sum, count) => sum + count, 0)).toBe(outcomes.length);
      expect(reasons[REASONS.indexOf("ok")]).toBe(outcomes.filter((o) => o.result === "ok").length);
      expect(retried).toBe(outcomes.filter(({ attempts }) => attempts > 1).length);
    }
  });

  it("leave out outcomes that are not kept", () => {
    const round = aMixedRound();
    const before = summaryOf(countsOf(round)).pod;
    const plan = { ...round.plan };
    const { reasons } = round.matrices.pod;
    const kept = reasons.findIndex((code) => code === 0);
    reasons[kept] = NOT_KEPT_CODE;
    const after = summaryOf(countsOf({ ...round, plan })).pod;
    expect(after).toEqual({ ...before, ok: before.ok - 1, total: before.total - 1 });
  });

  it("are made once for a round", () => {
    const round = aMixedRound();
    expect(countsOf(round)).toBe(countsOf({ ...round, findings: [] }));
  });
});
