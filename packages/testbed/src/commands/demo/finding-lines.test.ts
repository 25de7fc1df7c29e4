import type { Finding } from "@netchecker/contract";
import { expect, test } from "vitest";
import { FindingLines } from "./finding-lines.ts";

const finding = (with_: Partial<Finding>): Finding =>
  ({ id: "a", severity: "info", state: "new", summary: "node-3: is down.", ...with_ }) as Finding;

test("a finding is told when it comes, when it becomes an alarm, and when it is over", () => {
  const told = new FindingLines();
  const alarm = finding({ severity: "critical", state: "ongoing" });
  expect(told.lines([finding({})])).toEqual(["-  node-3: is down."]);
  expect(told.lines([finding({ state: "ongoing" })])).toEqual([]);
  expect(told.lines([alarm])).toEqual(["!! node-3: is down."]);
  expect(told.lines([alarm])).toEqual([]);
  expect(told.lines([finding({ state: "recovered" })])).toEqual(["ok node-3: is down."]);
  expect(told.lines([])).toEqual([]);
});
