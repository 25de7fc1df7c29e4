import { toColumns } from "@netchecker/contract";
import { expect, it } from "vitest";
import { aPod, aReport, aView, OK, SETTINGS } from "@netchecker/round/testing/a-round";
import { OutcomeMatrix } from "./outcome-matrix.ts";
import { planRound } from "./plan-round.ts";

const AGENTS = 2;
const TARGETS = 60_000;

function aMatrix(outcome: (index: number) => object): OutcomeMatrix {
  const plan = planRound(aView(AGENTS, { pods: [aPod("ping", 1), aPod("ping", 2)] }), SETTINGS);
  const matrix = new OutcomeMatrix(AGENTS, TARGETS);
  for (let agent = 0; agent < AGENTS; agent += 1) {
    const outcomes = Array.from({ length: TARGETS }, (_, index) => ({
      ...OK,
      ...outcome(agent * TARGETS + index),
    }));
    matrix.setRow(agent, { ...aReport(plan, agent, "external"), ...toColumns(outcomes) });
  }
  return matrix;
}

it("a matrix keeps the outcomes of all cells, and a bounded number of details and answerers", () => {
  const detailed = aMatrix(() => ({ reason: "dns_failure", detail: "ENOTFOUND" }));
  expect(detailed.detail.size).toBe(100_000);
  expect(detailed.reasons.every((code) => code === 11)).toBe(true);

  const different = aMatrix((index) => ({ detail: `another one: ${index}` }));
  expect(different.detail.size).toBeLessThan(1_100);

  const answered = aMatrix((index) => ({
    answeredBy: [{ pod: `pong-${index}`, node: "node-1", connections: 1 }],
  }));
  expect(answered.answeredBy.size).toBeLessThan(1_100);
});
