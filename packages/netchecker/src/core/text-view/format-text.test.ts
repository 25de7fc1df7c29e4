import type { Verdict } from "@netchecker/contract";
import { describe, expect, it } from "vitest";
import { aClosedRound, aNode, aView, OK, TIMEOUT } from "@netchecker/round/testing/a-round";
import { finish } from "@netchecker/round/steps";
import { formatText as formatTextInSteps } from "./format-text.ts";

const formatText = (...args: Parameters<typeof formatTextInSteps>) =>
  finish(formatTextInSteps(...args));

const LATER = Date.parse("2026-11-22T23:51:48.166Z");

const VERDICT: Verdict = {
  verdict: "failing",
  sentence: "1 finding: node-2: its pong does not answer.",
  since: "2026-11-22T23:50:48.166Z",
  reason: null,
};

describe("formatText", () => {
  it("leads with the verdict and draws the mesh, with failures grouped", () => {
    const round = aClosedRound(aView(4), {
      silent: ["node-4"],
      finds: (target, _from, type) => (type === "pod" && target.node === "node-2" ? TIMEOUT : OK),
    });
    expect(formatText(round, VERDICT, LATER, [])).toBe(
      `FAILING since 23:50:48Z (60 s): 1 finding: node-2: its pong does not answer.
Round 7, 37 s ago (2026-11-22T23:51:10.123Z), closed by reports after 1.0 s; 3 of 4 agents reported.
pod       9/16 ok   3 failed   4 unknown
node      24/32 ok  8 unknown
service   6/8 ok    2 unknown
external  3/4 ok    1 unknown

from \\ to 1 2 3 4   node    service  external
1 node-1  · X · ·   8/8     2/2      1/1
2 node-2  · X · ·   8/8     2/2      1/1
3 node-3  · X · ·   8/8     2/2      1/1
4 node-4  ? ? ? ?   0/8 ?8  0/2 ?2   0/1 ?1
· ok   X failed   ? not measured

Missing agents
  node-4: silent

Failures
  pod echo to pong-2 on node-2 (10.2.0.2:8080): connect_timeout; from 3 of 4 nodes (not node-4)
`,
    );
  });

  it("makes control characters from outside visible, so that they neither break lines nor reach the terminal", () => {
    const nasty = "\u001b[2J\n\u202e\u009b31m";
    const round = aClosedRound(aView(2), { silent: ["node-2"] });
    const [agent] = round.head.missing;
    const missing = [{ ...agent!, detail: `ImagePullBackOff: ${nasty}` }];
    const verdict = { ...VERDICT, sentence: `1 finding: ${nasty}` };
    const text = formatText({ ...round, head: { ...round.head, missing } }, verdict, LATER, [
      nasty,
    ]);
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text.match(/\\u\{1b\}\[2J\\n\\u\{202e\}\\u\{9b\}31m/g)).toHaveLength(3);
    expect(text).toContain("  node-2: silent, ImagePullBackOff: \\u{1b}[2J\\n");
  });

  it("names the day if the verdict began before today", () => {
    const ok: Verdict = { ...VERDICT, verdict: "ok", since: "2026-11-19T08:00:00.000Z" };
    expect(formatText(aClosedRound(aView(2)), ok, LATER, [])).toMatch(
      /^OK since 2026-11-19 08:00:00Z \(88 h\): /,
    );
  });

  it("says that a round has no verdict if it was stored without one", () => {
    expect(formatText(aClosedRound(aView(2)), null, LATER, [])).toMatch(/^NO VERDICT: .*\nRound 7/);
  });

  it("groups failures of one source by that source", () => {
    const round = aClosedRound(aView(6), {
      finds: (_target, from, type) => (type === "pod" && from === "node-3" ? TIMEOUT : OK),
    });
    expect(formatText(round, VERDICT, LATER, [])).toContain(
      "\nFailures\n  pod echo from node-3: connect_timeout; to 6 of 6\n",
    );
  });

  it("draws no mesh of more than 60 nodes, only those that are not all ok", () => {
    const large = aView(61, { nodes: aView(61).nodes.with(60, aNode(61, { cordoned: true })) });
    const text = formatText(
      aClosedRound(large, {
        finds: (target, from, type) =>
          type === "pod" && from === "node-5" && target.node === "node-7" ? TIMEOUT : OK,
      }),
      VERDICT,
      LATER,
      [],
    );
    expect(text).toContain("2 of 61 nodes are not all ok");
    expect(text).toMatch(/^node-5 +60\/61 X1 +61\/61/m);
    expect(text).toMatch(/^node-7 +61\/61 +60\/61 X1/m);
    expect(text.split("\n").length).toBeLessThan(18);
  });

  it("puts a node that nobody reaches before the nodes that fail to reach it, and names few of many", () => {
    const text = formatText(
      aClosedRound(aView(200), {
        finds: (target, from, type) =>
          type === "pod" && target.node === "node-150" && from !== "node-3" ? TIMEOUT : OK,
      }),
      VERDICT,
      LATER,
      [],
    );
    expect(text).toMatch(/external\nnode-150 /);
    expect(text).toContain("… and 179 more\n");
    expect(text).toContain("connect_timeout; from 199 of 200 nodes (not node-3)\n");
  });

  it("stays within a terminal's width at 60 nodes", () => {
    const widest = Math.max(
      ...formatText(aClosedRound(aView(60)), VERDICT, LATER, [])
        .split("\n")
        .map((line) => line.length),
    );
    expect(widest).toBeLessThanOrEqual(110);
  });

  it("shows notices right below the verdict", () => {
    expect(formatText(aClosedRound(aView(1)), VERDICT, LATER, ["Redis is away since …"])).toMatch(
      /^FAILING .*\n! Redis is away since …\nRound 7/,
    );
  });
});
