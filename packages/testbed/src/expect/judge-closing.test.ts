import { expect, test } from "vitest";
import { effectOf } from "../faults/read-fault.ts";
import type { FaultSpec } from "../faults/fault.ts";
import { judgeClosing } from "./judge-closing.ts";

const NODES = ["node-1", "node-2"];
const judge = (fault: FaultSpec | null, closedBy: "reports" | "timer", durationMs = 1_000) =>
  judgeClosing({ id: 7, closedBy, durationMs }, fault ? [effectOf(fault)] : [], NODES, 4_500);

test("where all can report, reports close the round", () => {
  expect(judge(null, "reports")).toEqual([]);
  expect(judge(null, "timer")).toEqual(["round 7 is closed by timer; must be by reports"]);
});

test("where one cannot, the timer does, on time", () => {
  const down = { kind: "node-down", node: "node-2" };
  expect(judge(down, "timer", 4_503)).toEqual([]);
  expect(judge(down, "reports")).toEqual(["round 7 is closed by reports; must be by timer"]);
  expect(judge(down, "timer", 5_100)).toEqual(["round 7 took 5100 ms; the timer is at 4500"]);
});

test("nobody waits for an agent that is known not to be ready", () => {
  expect(judge({ kind: "ping-dead", node: "node-2" }, "reports")).toEqual([]);
});

test("where it is not sure, either will do", () => {
  const loss = { kind: "packet-loss", node: "node-2", percent: 20 };
  expect(judge(loss, "reports")).toEqual([]);
  expect(judge(loss, "timer")).toEqual([]);
});
