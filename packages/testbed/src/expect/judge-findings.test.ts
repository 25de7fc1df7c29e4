import type { Finding } from "@netchecker/contract";
import { expect, test } from "vitest";
import { effectOf } from "../faults/read-fault.ts";
import { expectFindings, judgeFindings } from "./judge-findings.ts";

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

const EXPECTED = { kind: "pod-network", nodes: ["node-3"], direction: "in" } as const;

test("of several faults each is expected to be found, but at nodes where it is planned", () => {
  const faults = [
    { kind: "node-down", node: "node-1" },
    { kind: "cordoned", node: "node-1" },
    { kind: "pong-dead", node: "node-2" },
    { kind: "dns-down" },
  ];
  expect(expectFindings(faults.map((fault) => effectOf(fault)))).toEqual([
    { kind: "pong", nodes: ["node-2"] },
    { kind: "dns", nodes: [] },
  ]);
});

test("the expected finding and no other is right", () => {
  expect(judgeFindings([finding({})], [EXPECTED])).toEqual([]);
});

test.each([
  ["another kind", { kind: "node-down" }],
  ["another node", { nodes: ["node-2"] }],
  ["another direction", { direction: "both" }],
] as const)(
  "%s is wrong twice: what is expected is missing, what is found is not so",
  (_what, with_) => {
    expect(judgeFindings([finding(with_ as Partial<Finding>)], [EXPECTED])).toHaveLength(2);
  },
);

test("where a size is expected, it says that one, less what a tunnel takes", () => {
  const found = [
    finding({ summary: "large ones are lost, those of up to 1350 bytes get through" }),
  ];
  expect(judgeFindings(found, [{ ...EXPECTED, passesBytes: 1_350 }])).toEqual([]);
  expect(judgeFindings(found, [{ ...EXPECTED, passesBytes: 1_400 }], 50)).toEqual([]);
  expect(judgeFindings(found, [{ ...EXPECTED, passesBytes: 1_400 }])).toEqual([
    "no finding pod-network at node-3, in, with 1400 bytes",
    'critical finding pod-network at node-3, in ("large ones are lost, those of up to 1350 bytes get through"), which is not so',
  ]);
});

test("a finding that is over is none, and a candidate that is named counts", () => {
  expect(judgeFindings([finding({ state: "recovered" })], [EXPECTED])).toHaveLength(1);
  expect(judgeFindings([finding({ state: "recovered" })], [])).toEqual([]);
  const unsure = finding({ kind: "undetermined", candidates: ["pod-network", "firewall"] });
  expect(judgeFindings([unsure], [EXPECTED])).toEqual([]);
});

test("what is no alarm disturbs nobody", () => {
  expect(judgeFindings([finding({ severity: "info" })], [])).toEqual([]);
  expect(judgeFindings([finding({})], [])).toHaveLength(1);
});
