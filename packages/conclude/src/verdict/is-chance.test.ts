import { describe, expect, it } from "vitest";
import { seeded } from "@netchecker/round/testing/a-round";
import type { FailureTrace } from "./failure-trace.ts";
import { isChance } from "./is-chance.ts";

const NONE: FailureTrace = { many: false, cells: [] };
const trace = (...cells: string[]): FailureTrace => ({ many: false, cells });

/** A mesh with three checks of each pair, and some of services. */
const meshOf = (nodes: number) => ({ checks: 3 * nodes ** 2, rows: nodes, columns: nodes + 4 });

/** Failures at random places, independent of each other. */
function scattered(count: number, nodes: number, random: () => number): FailureTrace {
  const node = () => `node-${1 + Math.floor(random() * nodes)}`;
  const checks = ["echo", "tcp", "nodeport"];
  return trace(
    ...Array.from({ length: count }, () =>
      [node(), node(), checks[Math.floor(random() * 3)]].join("|"),
    ),
  );
}

describe("whether failures are chance", () => {
  it("a round without failures is chance, whatever failed before", () => {
    expect(isChance(NONE, [trace("a|b|echo"), trace("a|b|echo")], meshOf(6))).toBe(true);
  });

  it("one failure is not chance in a mesh of 6 nodes, and is chance in one of 100", () => {
    expect(isChance(trace("a|b|echo"), [], meshOf(6))).toBe(false);
    expect(isChance(trace("a|b|echo"), [], meshOf(100))).toBe(true);
  });

  it("a check, a pair, a row or a column that fails twice in three rounds is not chance", () => {
    const mesh = meshOf(100);
    const now = trace("a|b|echo");
    expect(isChance(now, [trace("a|b|echo"), NONE], mesh)).toBe(false);
    expect(isChance(now, [NONE, trace("a|b|tcp")], mesh)).toBe(false);
    expect(isChance(now, [NONE, trace("a|c|tcp")], mesh)).toBe(false);
    expect(isChance(now, [NONE, trace("c|b|tcp")], mesh)).toBe(false);
    expect(isChance(now, [NONE, trace("c|d|tcp")], mesh)).toBe(true);
  });

  it("failures before the last three rounds do not count", () => {
    expect(isChance(trace("a|b|echo"), [trace("a|b|echo"), NONE, NONE], meshOf(100))).toBe(true);
  });

  it("a round with more failures than are kept is not chance, nor are the failures of the next two rounds", () => {
    const many: FailureTrace = { many: true, cells: [] };
    expect(isChance(many, [], meshOf(1_000))).toBe(false);
    expect(isChance(trace("a|b|echo"), [many, NONE], meshOf(1_000))).toBe(false);
  });

  it("31 scattered failures of 3,000,000 checks in each round are chance, even if one row has two", () => {
    const random = seeded(31);
    let chance = 0;
    for (let draw = 0; draw < 200; draw += 1) {
      const [a, b, now] = [1, 2, 3].map(() => scattered(31, 1_000, random));
      if (isChance(now!, [a!, b!], meshOf(1_000))) chance += 1;
    }
    expect(chance).toBeGreaterThan(170);
  });

  it("the same number of failures in one row, in one column or of one pair is not chance", () => {
    const random = seeded(7);
    const before = [scattered(25, 1_000, random), scattered(25, 1_000, random)];
    const others = scattered(25, 1_000, random).cells;
    const row = Array.from({ length: 6 }, (_, n) => `node-7|node-${100 + n}|echo`);
    const column = Array.from({ length: 6 }, (_, n) => `node-${100 + n}|node-7|echo`);
    for (const more of [row, column])
      expect(isChance(trace(...others, ...more), before, meshOf(1_000))).toBe(false);
  });
});
