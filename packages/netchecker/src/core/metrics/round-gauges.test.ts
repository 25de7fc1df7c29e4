import type { Finding } from "@netchecker/contract";
import { expect, test } from "vitest";
import { aFinding } from "@netchecker/conclude/testing/a-finding";
import {
  aClosedRound,
  aNode,
  aView,
  checksOfOne,
  OK,
  TIMEOUT,
} from "@netchecker/round/testing/a-round";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { finish } from "@netchecker/round/steps";
import { roundGauges } from "./round-gauges.ts";

/** The samples of one metric, as Prometheus writes them. */
function series(round: ClosedRound, name: string): string[] {
  const { samples } = finish(roundGauges(round)).find((family) => family.name === name)!;
  return samples.map(({ labels, value }) => {
    const inside = Object.entries(labels).map(([label, text]) => `${label}=${text}`);
    return `${inside.join()} ${value}`;
  });
}

const ROUTE: Partial<Finding> = { kind: "route", severity: "warning", nodes: ["node-1"] };

const findingsOf = (...findings: Partial<Finding>[]) =>
  series(
    {
      ...aClosedRound(aView(2)),
      findings: findings.map((each) => aFinding({ ...ROUTE, ...each })),
    },
    "netchecker_finding",
  );

test("each node's checks are counted as a source and as a target, by type and result", () => {
  const round = aClosedRound(aView(3), {
    finds: (target) => (target.name === "pong-2" ? TIMEOUT : OK),
  });
  const { plan } = round;
  const ofOnePong = checksOfOne(plan, "pod");
  expect(series(round, "netchecker_source_checks")).toEqual(
    expect.arrayContaining([
      `node=node-1,type=pod,result=ok ${2 * ofOnePong}`,
      `node=node-1,type=pod,result=failed ${ofOnePong}`,
      `node=node-1,type=service,result=ok ${checksOfOne(plan, "service")}`,
    ]),
  );
  expect(series(round, "netchecker_destination_checks")).toEqual(
    expect.arrayContaining([
      "node=node-2,type=pod,result=ok 0",
      `node=node-2,type=pod,result=failed ${3 * ofOnePong}`,
      `node=node-3,type=pod,result=ok ${3 * ofOnePong}`,
    ]),
  );
});

test("the series of a missing agent says why it is missing, and whether that is planned", () => {
  const view = aView(3, { nodes: [aNode(1), aNode(2), aNode(3, { cordoned: true })] });
  const round = aClosedRound(view, { silent: ["node-2", "node-3"] });
  expect(series(round, "netchecker_agent_missing")).toEqual([
    "node=node-2,why=silent,planned=false,expected=false 1",
    "node=node-3,why=silent,planned=true,expected=true 1",
  ]);
  expect(series(round, "netchecker_agents_expected")).toEqual([" 3"]);
  expect(series(round, "netchecker_agents_reported")).toEqual([" 1"]);
});

test("a finding has a series for each node that it concerns, on both sides", () => {
  expect(findingsOf({ nodes: ["node-1"], peers: ["node-2"] })).toEqual([
    "kind=route,severity=warning,node=node-1,planned=false,expected=false 1",
    "kind=route,severity=warning,node=node-2,planned=false,expected=false 1",
  ]);
});

test("if nodes fell silent together, the healthy other side has no series", () => {
  const apart: Partial<Finding> = {
    kind: "partition",
    severity: "critical",
    nodes: ["node-1"],
    peers: ["node-2", "node-3"],
  };
  expect(findingsOf({ ...apart, candidates: ["node-down"] })).toHaveLength(1);
  expect(findingsOf({ ...apart, candidates: [] })).toHaveLength(3);
});

test("findings with the same labels are added up, and a finding about all nodes has node *", () => {
  expect(
    findingsOf(
      { nodes: ["node-1"], peers: [] },
      { nodes: ["node-1"], peers: [] },
      { kind: "external-target", nodes: [], target: "outside.example:443" },
    ),
  ).toEqual([
    "kind=route,severity=warning,node=node-1,planned=false,expected=false 2",
    "kind=external-target,severity=warning,node=*,planned=false,expected=false 1",
  ]);
});

test("a recovered finding has no series", () => {
  expect(findingsOf({ state: "recovered", severity: "info" })).toEqual([]);
});

test("the number of series grows with the nodes, not with their pairs", () => {
  const count = (nodes: number) =>
    finish(roundGauges(aClosedRound(aView(nodes)))).reduce(
      (sum, { samples }) => sum + samples.length,
      0,
    );
  expect(count(40) - count(20)).toBe(20 * 24);
  expect(count(20) - count(10)).toBe(10 * 24);
});
