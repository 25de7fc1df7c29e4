import { describe, expect, it } from "vitest";
import { logClosedRound, logFindings } from "../src/log-round.ts";
import { aFinding } from "@netchecker/conclude/testing/a-finding";
import { aLog } from "./support/a-log.ts";
import { aClosedRound, aView } from "@netchecker/round/testing/a-round";

const aRoute = (n: number, nodes = [`node-${n}`]) =>
  aFinding({ id: `route-${n}`, kind: "route", severity: "warning", nodes });

const NOTHING = { new: [], alarmed: [], flapping: [], recovered: [] };
const range = (count: number) => Array.from({ length: count }, (_, n) => n);

describe("logFindings", () => {
  it("logs a line for each finding that changed, and none for the others", () => {
    const { log, lines } = aLog();
    logFindings(
      log,
      7,
      range(9).map((n) => aRoute(n)),
      { ...NOTHING, new: ["route-3"] },
    );
    expect(lines).toMatchObject([{ msg: "finding new", finding: "route-3", nodes: ["node-3"] }]);
  });

  it("logs 20 lines for the most severe of many, and one that counts the others", () => {
    const { log, lines } = aLog();
    const told = range(200).map((n) => aRoute(n));
    const changed = {
      ...NOTHING,
      new: range(900).map((n) => `route-${n}`),
      recovered: range(5).map((n) => `gone-${n}`),
    };
    logFindings(log, 7, told, changed);
    expect(lines).toHaveLength(21);
    expect(lines[19]).toMatchObject({ msg: "finding new", finding: "route-19" });
    expect(lines[20]).toMatchObject({
      msg: "and 885 more findings changed: see /findings",
      more: { new: 880, recovered: 5 },
    });
  });

  it("names only a few nodes of a finding about a thousand", () => {
    const { log, lines } = aLog();
    const wide = aRoute(
      1,
      range(1_000).map((n) => `node-${n}`),
    );
    logFindings(log, 7, [wide], { ...NOTHING, alarmed: ["route-1"] });
    expect(lines).toMatchObject([{ moreNodes: 980 }]);
    expect(JSON.stringify(lines).length).toBeLessThan(1_000);
  });
});

describe("logClosedRound", () => {
  it("names a few of many missing agents, and counts the others", () => {
    const { log, lines } = aLog();
    const silent = range(30).map((n) => `node-${n + 1}`);
    logClosedRound(log, aClosedRound(aView(30), { silent }));
    expect(lines).toMatchObject([
      { msg: "closed a round", reported: 0, missing: { length: 20 }, moreMissing: 10 },
    ]);
  });
});
