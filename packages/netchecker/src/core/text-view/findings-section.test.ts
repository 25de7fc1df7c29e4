import type { Finding } from "@netchecker/contract";
import { expect, test } from "vitest";
import { aFinding as aFindingOf } from "@netchecker/conclude/testing/a-finding";
import { findingsSection } from "./findings-section.ts";

const NOW = Date.parse("2026-11-23T10:05:00.000Z");

const aFinding = (with_: Partial<Finding> = {}): Finding =>
  aFindingOf({
    id: "pod-network-node-7",
    kind: "pod-network",
    nodes: ["node-7"],
    layer: "pod-network",
    direction: "in",
    summary: "node-7: its pods cannot be reached from any node (23 of 23).",
    evidence: { explains: 23, ofFailures: 24, contradictedBy: 0, examples: [] },
    next: ["kubectl get pods -A"],
    since: { round: 40, at: "2026-11-23T10:00:00.000Z" },
    lastSeen: { round: 44, at: "2026-11-23T10:04:00.000Z" },
    rounds: 5,
    ...with_,
  });

test("a finding has its sentence, its duration, its evidence and the commands to run next", () => {
  expect(findingsSection([aFinding()], NOW).join("\n")).toBe(
    `Findings
!! node-7: its pods cannot be reached from any node (23 of 23).
   critical; ongoing since round 40, 5 min ago (5 rounds); explains 23 of 24 failures
   $ kubectl get pods -A`,
  );
});

test("a finding lists what changed before it, and how often it came back", () => {
  const text = findingsSection(
    [aFinding({ changes: ["node-7 rebooted"], flaps: 2, state: "flapping" })],
    NOW,
  ).join("\n");
  expect(text).toContain("flapping since round 40, 5 min ago (5 rounds, came back 2 times)");
  expect(text).toContain("before it: node-7 rebooted");
});

test("a planned finding has no commands, and a finding that is over says so", () => {
  expect(findingsSection([aFinding({ severity: "info", planned: true })], NOW).join("\n")).toMatch(
    /^Findings\n- .*\n {3}info, planned; .*failures$/,
  );
  expect(findingsSection([aFinding({ state: "recovered" })], NOW).join("\n")).toMatch(
    /^Findings\nok .*\n {3}recovered; it lasted 5 rounds, from round 40, 5 min ago, to round 44$/,
  );
});

test("no findings give no section, and of many only the first are shown", () => {
  expect(findingsSection([], NOW)).toEqual([]);
  const many = findingsSection(
    Array.from({ length: 14 }, () => aFinding()),
    NOW,
  );
  expect(many.at(-1)).toBe("   … and 2 more: see /findings");
});

test("the findings beyond the first few are counted, including those that one finding stands for", () => {
  const more = [
    { kind: "packet-loss" as const, severity: "warning" as const, count: 14_000 },
    { kind: "route" as const, severity: "info" as const, count: 171 },
  ];
  const findings = [
    ...Array.from({ length: 15 }, () => aFinding()),
    aFinding({ kind: "more", nodes: [], more }),
  ];
  expect(findingsSection(findings, NOW).at(-1)).toBe("   … and 14,174 more: see /findings");
});
