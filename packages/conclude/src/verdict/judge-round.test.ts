import type { Finding, Outcome, RoundHead, Verdict } from "@netchecker/contract";
import { describe, expect, it } from "vitest";
import { aFinding } from "../../tests/support/a-finding.ts";
import {
  aClosedRound,
  aNode,
  aPod,
  aView,
  checksOfOne,
  countAsked,
  OK,
  TIMEOUT,
} from "@netchecker/round/testing/a-round";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { finish } from "@netchecker/round/steps";
import { traceFailures } from "./failure-trace.ts";
import { digits } from "../say/phrases.ts";
import { judgeRound } from "./judge-round.ts";

const INTERVAL_MS = 60_000;

const judge = (round: ClosedRound, previous: RoundHead | null = null): Verdict =>
  judgeRound(round, {
    failures: finish(traceFailures(round)),
    failuresBefore: [],
    previous,
    intervalMs: INTERVAL_MS,
  });

const withFindings = (round: ClosedRound, ...findings: Partial<Finding>[]): ClosedRound => ({
  ...round,
  findings: findings.map((each) => aFinding(each)),
});

const cordoned = (...indices: number[]) =>
  aView(12, {
    nodes: aView(12).nodes.map((node, index) =>
      indices.includes(index + 1) ? { ...node, cordoned: true } : node,
    ),
  });

describe("the verdict of a round", () => {
  it("is ok if everything was measured and works", () => {
    const round = aClosedRound(aView(6));
    expect(judge(round)).toEqual({
      verdict: "ok",
      sentence: `all ${countAsked(round.plan)} checks ok.`,
      since: "2026-11-22T23:51:11.166Z",
      reason: null,
    });
  });

  it("is ok with nodes that are left out, and counts them", () => {
    const silent = ["node-1", "node-2", "node-3", "node-4"];
    const round = aClosedRound(cordoned(1, 2, 3, 4), { silent });
    expect(judge(round)).toMatchObject({
      verdict: "ok",
      sentence: expect.stringMatching(/; 4 of 12 nodes are left out: cordoned\.$/),
    });
  });

  it("is ok while an agent starts, although its row is not measured yet", () => {
    const view = aView(6);
    const pods = view.pods.map((pod) =>
      pod.name === "ping-6"
        ? { ...pod, ready: false, everReady: false, createdAt: view.at - 5_000 }
        : pod,
    );
    const round = aClosedRound({ ...view, pods });
    const verdict = judge(round);
    expect(verdict.verdict).toBe("ok");
    const measured = (countAsked(round.plan) * 5) / 6;
    expect(verdict.sentence).toBe(
      `all ${measured} checks ok; 1 agent is starting, and not measured yet.`,
    );
  });

  it("is ok with failures that are chance, and counts them", () => {
    const round = aClosedRound(aView(100), {
      finds: ({ node, check }, from) =>
        check === "echo" && from === "node-7" && node === "node-9" ? TIMEOUT : OK,
    });
    expect(judge(round)).toMatchObject({
      verdict: "ok",
      sentence: `1 of ${digits(countAsked(round.plan))} checks failed, scattered.`,
    });
  });

  it("is degraded if a check failed and no alarm says so", () => {
    const round = aClosedRound(aView(6), {
      finds: ({ node, check }, from) =>
        check === "echo" && from === "node-1" && node === "node-2" ? TIMEOUT : OK,
    });
    const info = withFindings(round, { severity: "info" });
    expect(judge(info)).toMatchObject({
      verdict: "degraded",
      sentence: `1 of ${countAsked(round.plan)} checks failed, and no alarm says why yet.`,
    });
  });

  it("is degraded if an agent is missing for no planned reason, and names its node", () => {
    expect(judge(aClosedRound(aView(6), { silent: ["node-4"] }))).toMatchObject({
      verdict: "degraded",
      sentence: "1 agent did not report (node-4).",
    });
  });

  it("is degraded if a target has no address", () => {
    const view = aView(6);
    const pods = view.pods.filter(({ name }) => name !== "pong-2");
    const round = aClosedRound({ ...view, pods });
    expect(judge(round)).toMatchObject({
      verdict: "degraded",
      sentence: `${6 * checksOfOne(round.plan, "pod")} checks could not be measured.`,
    });
  });

  it("is degraded if so much is planned that a finding warns of it", () => {
    const planned = { planned: true, severity: "warning", summary: "5 of 12 nodes are left out." };
    expect(judge(withFindings(aClosedRound(aView(6)), planned as Partial<Finding>))).toMatchObject({
      verdict: "degraded",
      sentence: "5 of 12 nodes are left out.",
    });
  });

  it("is failing with an alarm, and quotes the first one", () => {
    const round = withFindings(aClosedRound(aView(6)), {}, { severity: "warning" });
    expect(judge(round)).toMatchObject({
      verdict: "failing",
      sentence: "2 findings, 1 critical: node-3: down.",
    });
  });

  it("is failing if most agents are silent because their nodes are not reached, which is a measurement", () => {
    const dead = [6, 7, 8, 9, 10, 11, 12].map((n) => `node-${n}`);
    const round = aClosedRound(aView(12), {
      silent: dead,
      finds: ({ node }) => (node !== null && dead.includes(node) ? TIMEOUT : OK),
    });
    expect(judge(withFindings(round, {}))).toMatchObject({
      verdict: "failing",
      sentence: "1 critical finding; only 5 of 12 agents reported: node-3: down.",
    });
  });

  it("does not take recovered and planned findings for alarms", () => {
    const round = withFindings(
      aClosedRound(aView(6)),
      { state: "recovered" },
      { planned: true, severity: "info" },
    );
    expect(judge(round).verdict).toBe("ok");
  });

  it("is unmeasured if nobody reported, even if a finding says so", () => {
    const silent = [1, 2, 3].map((n) => `node-${n}`);
    expect(judge(withFindings(aClosedRound(aView(3), { silent }), {}))).toMatchObject({
      verdict: "unmeasured",
      reason: "no_agent_reported",
      sentence: expect.stringContaining("none of 3 agents reported"),
    });
  });

  it("is unmeasured if Redis was away for more than half of the agents, but not for exactly half", () => {
    const away = (...silent: string[]) =>
      judge(aClosedRound(aView(4), { silent, run: { redisAway: true } }));
    expect(away("node-1", "node-2", "node-3")).toMatchObject({
      verdict: "unmeasured",
      reason: "agents_unheard",
    });
    expect(away("node-1", "node-2").verdict).toBe("degraded");
    expect(away("node-1", "node-2", "node-3", "node-4")).toMatchObject({
      reason: "agents_unheard",
      sentence: "Redis was away when 4 agents should have reported. Look at Redis.",
    });
  });

  it("is unmeasured while more than half of the agents start", () => {
    const view = aView(5);
    const young = (n: number) => n > 2;
    const pods = view.pods.map((pod) =>
      pod.app === "ping" && young(Number(pod.name.slice(5)))
        ? { ...pod, ready: false, everReady: false, createdAt: view.at - 5_000 }
        : pod,
    );
    expect(judge(aClosedRound({ ...view, pods }))).toMatchObject({
      verdict: "unmeasured",
      reason: "agents_starting",
      sentence: expect.stringContaining("only 2 of 5 agents reported: 3 are starting"),
    });
  });

  it("does not expect the agents of nodes that are planned to be away", () => {
    const view = aView(5);
    const nodes = view.nodes.map((node, index) => (index < 2 ? { ...node, cordoned: true } : node));
    const pods = view.pods.filter(({ node }) => node !== "node-1" && node !== "node-2");
    const starting = [aPod("ping", 5, { ready: false, everReady: false, createdAt: view.at - 1 })];
    const rest = pods.filter(({ name }) => name !== "ping-5");
    expect(judge(aClosedRound({ ...view, nodes, pods: [...rest, ...starting] })).verdict).toBe(
      "ok",
    );
  });

  it("is unmeasured if agents reported and none had probed anything", () => {
    const nothing: Outcome = { reason: "not_probed", latencyMs: null, attempts: 0 };
    expect(judge(aClosedRound(aView(3), { finds: () => nothing }))).toMatchObject({
      verdict: "unmeasured",
      reason: "nothing_probed",
    });
  });

  it("is unmeasured if no node is known", () => {
    expect(judge(aClosedRound(aView(0)))).toMatchObject({
      verdict: "unmeasured",
      reason: "no_nodes",
    });
  });
});

describe("since when", () => {
  const round = aClosedRound(aView(3));
  const before = (verdict: Verdict["verdict"], secondsBefore: number): RoundHead => ({
    ...round.head,
    finishedAt: new Date(Date.parse(round.head.finishedAt!) - secondsBefore * 1_000).toISOString(),
    verdict: { verdict, sentence: "", since: "2026-11-22T20:00:00.000Z", reason: null },
  });

  it("continues from the round before if the word is the same", () => {
    expect(judge(round, before("ok", 60)).since).toBe("2026-11-22T20:00:00.000Z");
    expect(judge(round, before("failing", 60)).since).toBe(round.head.finishedAt);
  });

  it("begins with the round if the round before closed too long ago", () => {
    expect(judge(round, before("ok", 181)).since).toBe(round.head.finishedAt);
  });

  it("begins with the round if the round before has no verdict", () => {
    expect(judge(round, { ...before("ok", 60), verdict: null }).since).toBe(round.head.finishedAt);
  });
});

it("a cordoned node whose agent reports is left out, and its working checks count as ok", () => {
  const view = aView(3, { nodes: [aNode(1), aNode(2), aNode(3, { cordoned: true })] });
  const round = aClosedRound(view);
  expect(judge(round).sentence).toBe(
    `all ${countAsked(round.plan)} checks ok; 1 of 3 nodes is left out: cordoned.`,
  );
});
