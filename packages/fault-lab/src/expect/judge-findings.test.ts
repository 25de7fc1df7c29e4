import type { Finding } from "@netchecker/contract";
import { expect, test } from "vitest";
import { judgeFindings } from "./judge-findings.ts";

const finding = (with_: Partial<Finding>): Finding =>
  ({
    kind: "pod-network",
    severity: "critical",
    nodes: ["node-3"],
    peers: [],
    direction: "in",
    candidates: [],
    state: "ongoing",
    summary: "",
    ...with_,
  }) as Finding;

const PLANNED = { kind: "pod-network", nodes: ["node-3"], direction: "in" } as const;

test("the planned finding and no other is right", () => {
  expect(judgeFindings([finding({})], [PLANNED])).toEqual([]);
});

test.each([
  ["another kind", { kind: "node-down" }],
  ["another node", { nodes: ["node-2"] }],
  ["another direction", { direction: "both" }],
] as const)(
  "%s is wrong twice: what is planned is missing, what is found is not so",
  (_what, with_) => {
    expect(judgeFindings([finding(with_ as Partial<Finding>)], [PLANNED])).toHaveLength(2);
  },
);

test("where a size is planned, it says that one, less what a tunnel takes", () => {
  const found = [
    finding({ summary: "large ones are lost, those of up to 1350 bytes get through" }),
  ];
  expect(judgeFindings(found, [{ ...PLANNED, passesBytes: 1_350 }])).toEqual([]);
  expect(judgeFindings(found, [{ ...PLANNED, passesBytes: 1_400 }], 50)).toEqual([]);
  expect(judgeFindings(found, [{ ...PLANNED, passesBytes: 1_400 }])).toEqual([
    "no finding pod-network at node-3, in, with 1400 bytes",
    'critical finding pod-network at node-3, in ("large ones are lost, those of up to 1350 bytes get through"), which is not so',
  ]);
});

test("a finding that is over is none, and a candidate that is named counts", () => {
  expect(judgeFindings([finding({ state: "recovered" })], [PLANNED])).toHaveLength(1);
  expect(judgeFindings([finding({ state: "recovered" })], [])).toEqual([]);
  const unsure = finding({ kind: "undetermined", candidates: ["pod-network", "firewall"] });
  expect(judgeFindings([unsure], [PLANNED])).toEqual([]);
});

test("what is no alarm disturbs nobody", () => {
  expect(judgeFindings([finding({ severity: "info" })], [])).toEqual([]);
  expect(judgeFindings([finding({})], [])).toHaveLength(1);
});
