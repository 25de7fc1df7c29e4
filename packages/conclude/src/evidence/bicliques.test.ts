import { describe, expect, it } from "vitest";
import { seeded } from "@netchecker/round/testing/a-round";
import { finish } from "@netchecker/round/steps";
import { findBiclique as seekBiclique } from "./bicliques.ts";
import { PairGraph } from "./pair-graph.ts";

const findBiclique = (graph: PairGraph) => finish(seekBiclique(graph));

const range = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => from + index);

/** Bad where `isBad` says so, good elsewhere. */
function aGraph(size: number, isBad: (a: number, b: number) => boolean): PairGraph {
  const graph = new PairGraph(size, (a, b) => a !== b && !isBad(a, b));
  for (const a of range(0, size))
    for (const b of range(0, size)) if (a !== b && isBad(a, b)) graph.setBad(a, b);
  return graph;
}

describe("findBiclique", () => {
  it("finds groups of any place and size, one way", () => {
    const random = seeded(6);
    for (let draw = 0; draw < 30; draw += 1) {
      const size = 6 + Math.floor(random() * 90);
      const cut = 2 + Math.floor(random() * (size - 4));
      const found = findBiclique(aGraph(size, (a, b) => a < cut && b >= cut));
      expect(found).toEqual({ from: range(0, cut), to: range(cut, size) });
    }
  });

  it("finds them among scattered failures", () => {
    const random = seeded(7);
    const stray = new Set(range(0, 60).map(() => Math.floor(random() * 40 * 40)));
    const found = findBiclique(aGraph(40, (a, b) => (a < 12 && b >= 12) || stray.has(a * 40 + b)));
    expect(found).toEqual({ from: range(0, 12), to: range(12, 40) });
  });

  it.each([2, 3, 4, 8])(
    "leaves out a node that fails towards %i of a side and reaches all others",
    (few) => {
      const isStray = (a: number, b: number) => a === 39 && b >= 12 && b < 12 + few;
      const found = findBiclique(aGraph(40, (a, b) => (a < 12 && b >= 12) || isStray(a, b)));
      expect(found).toEqual({ from: range(0, 12), to: range(12, 40) });
    },
  );

  it("leaves out a third group that both reach", () => {
    const found = findBiclique(aGraph(30, (a, b) => a < 10 && b >= 10 && b < 20));
    expect(found).toEqual({ from: range(0, 10), to: range(10, 20) });
  });

  it("is none where a single node is on a side, or failures are scattered", () => {
    const random = seeded(8);
    const stray = new Set(range(0, 30).map(() => Math.floor(random() * 30 * 30)));
    expect(findBiclique(aGraph(10, (a) => a === 3))).toBeNull();
    expect(findBiclique(aGraph(10, (_, b) => b === 3))).toBeNull();
    expect(findBiclique(aGraph(30, (a, b) => stray.has(a * 30 + b)))).toBeNull();
    expect(findBiclique(aGraph(10, () => false))).toBeNull();
  });
});
