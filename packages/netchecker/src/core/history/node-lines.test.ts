import { describe, expect, it } from "vitest";
import {
  aClosedRound,
  aNode,
  aView,
  between,
  checksOfOne,
  OK,
  outOf,
  seeded,
  under,
  way,
} from "@netchecker/round/testing/a-round";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { results } from "../results.ts";
import { nodeLines, nodeMoment } from "./node-lines.ts";

const momentsOf = (round: ClosedRound) =>
  round.plan.agents.map(({ node }) => nodeMoment(7, Buffer.from(nodeLines(round)), node)!);

/** The same numbers, counted from the round's results. */
function countedFromResults(round: ClosedRound, node: string) {
  const rows = [...results(round)].filter(
    ({ type, from, to, planned }) =>
      (type === "pod" || type === "node") && from.node !== to.node && !planned,
  );
  const out = rows.filter(({ from }) => from.node === node);
  const into = rows.filter(({ to }) => to.node === node);
  const failed = (some: typeof rows) => some.filter(({ ok }) => ok === false).length;
  return {
    outFailed: failed(out),
    outTotal: out.length,
    inFailed: failed(into),
    inTotal: into.length,
  };
}

/** How many checks one node's agent makes of another node and its pong. */
const checksOfPair = ({ plan }: ClosedRound) =>
  checksOfOne(plan, "pod") + checksOfOne(plan, "node");

describe("a node in a round", () => {
  it("is counted as a source and as a target, without its own pod and the services", () => {
    const round = aClosedRound(aView(4), { finds: under(between(way(1, 2))), silent: ["node-4"] });
    const counts = momentsOf(round).map(({ agent, outFailed, outTotal, inFailed, inTotal }) => [
      agent,
      outFailed,
      outTotal,
      inFailed,
      inTotal,
    ]);
    const one = checksOfPair(round);
    // Outcomes that node-4 did not report are unknown, and are in the total.
    expect(counts).toEqual([
      ["reported", one, 3 * one, 0, 3 * one],
      ["reported", 0, 3 * one, one, 3 * one],
      ["reported", 0, 3 * one, 0, 3 * one],
      ["silent", 0, 3 * one, 0, 3 * one],
    ]);
  });

  it("counts no planned outcomes, in either direction", () => {
    const view = aView(4, {
      nodes: [aNode(1), aNode(2, { cordoned: true }), aNode(3), aNode(4)],
    });
    const round = aClosedRound(view, {
      finds: under(
        between(outOf(2)),
        between((_, to) => to === "node-2"),
      ),
    });
    expect(momentsOf(round)[1]).toMatchObject({ outFailed: 0, outTotal: 0, inFailed: 0 });
    const ofTwo = 2 * checksOfPair(round);
    expect(momentsOf(round)[0]).toMatchObject({ outFailed: 0, outTotal: ofTwo, inTotal: ofTwo });
  });

  it("has the same counts as the results of any round", () => {
    const random = seeded(5);
    const view = aView(12, {
      nodes: Array.from({ length: 12 }, (_, n) => aNode(n + 1, { cordoned: n % 5 === 0 })),
    });
    const round = aClosedRound(view, {
      silent: ["node-3"],
      finds: under(between(() => random() < 0.3)),
    });
    for (const [n, moment] of momentsOf(round).entries())
      expect(moment).toMatchObject(countedFromResults(round, `node-${n + 1}`));
  });

  it("has the median latency of its pod echoes in each direction, within 3 %", () => {
    const latencyMs = (from: string, to: string | null) =>
      Number(from.at(-1)) + 10 * Number(to?.at(-1));
    const round = aClosedRound(aView(6), {
      finds: (target, from) => ({ ...OK, latencyMs: latencyMs(from, target.node) }),
    });
    // From node-2 to 1, 3, 4, 5, 6: 12, 32, 42, 52, 62. Towards it: 21, 23, 24, 25, 26.
    const { outLatencyMs, inLatencyMs } = momentsOf(round)[1]!;
    expect(Math.abs(outLatencyMs! / 42 - 1)).toBeLessThan(0.03);
    expect(Math.abs(inLatencyMs! / 24 - 1)).toBeLessThan(0.03);
  });

  it("has no latency if nothing was ok, or if only starved agents measured one", () => {
    const round = aClosedRound(aView(3), { finds: under(between(outOf(1))) });
    round.agents[1]!.health.pod = {
      tookMs: 1,
      prober: { loopDelayP99Ms: 900, throttledMs: 400, starved: true },
    };
    const latencies = momentsOf(round).map((each) => [each.outLatencyMs, each.inLatencyMs]);
    expect(latencies).toEqual([
      [null, 0.496],
      [null, 0.496],
      [0.496, null],
    ]);
  });

  it("is null for a node that the round does not know", () => {
    const lines = Buffer.from(nodeLines(aClosedRound(aView(12), { silent: ["node-12"] })));
    for (const name of ["node-13", "node", "reported", "ode-1", "", "node-1 reported"])
      expect(nodeMoment(7, lines, name)).toBeNull();
    expect(nodeMoment(7, lines, "node-1")?.agent).toBe("reported");
    expect(nodeMoment(7, lines, "node-12")?.agent).toBe("silent");
  });
});
