import { expect, it } from "vitest";
import { redisNames } from "./channels.ts";

it("channel names are those of the original netChecker, behind a prefix", () => {
  const names = redisNames("netchecker:");
  expect(Object.values(names.lists)).toEqual([
    "netchecker:POD",
    "netchecker:NODE",
    "netchecker:SVC",
    "netchecker:EXTERNAL",
  ]);
  expect(Object.values(names.reports)).toEqual([
    "netchecker:REPORT_POD",
    "netchecker:REPORT_NODE",
    "netchecker:REPORT_SVC",
    "netchecker:REPORT_EXTERNAL",
  ]);
});

it("no two names are the same", () => {
  const { lists, listKeys, reports, round, ...keys } = redisNames("p:");
  const all = [lists, listKeys, reports, keys].flatMap((each) => Object.values(each) as string[]);
  all.push(round(1), round(2));
  expect(new Set(all).size).toBe(all.length);
});
