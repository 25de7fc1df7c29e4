import { TARGET_TYPES } from "@netchecker/contract";
import { describe, expect, it } from "vitest";
import {
  aClosedRound,
  aNode,
  aPod,
  aView,
  checksOfOne,
  countAsked,
  OK,
  seeded,
  TIMEOUT,
} from "../tests/support/a-round.ts";

describe("closeRound", () => {
  it("counts a healthy round as all ok", () => {
    const { head, summary, plan } = aClosedRound(aView(5));
    const all = countAsked(plan, "pod");
    expect(summary.pod).toEqual({ total: all, ok: all, failed: 0, unknown: 0, planned: 0 });
    expect(head).toMatchObject({ expected: 5, reported: 5, missing: [], durationMs: 1_043 });
  });

  it("names a silent agent whose pong was reached, and keeps its pairs unknown", () => {
    const { head, summary, plan } = aClosedRound(aView(5), { silent: ["node-3"] });
    expect(head.missing).toEqual([
      { pod: "ping-3", node: "node-3", why: "silent", detail: null, planned: null },
    ]);
    const all = countAsked(plan, "pod");
    const ofOne = all / 5;
    expect(summary.pod).toEqual({
      total: all,
      ok: all - ofOne,
      failed: 0,
      unknown: ofOne,
      planned: 0,
    });
  });

  it("calls an agent unreachable if others probed its node's pong and none reached it", () => {
    const { head } = aClosedRound(aView(5), {
      silent: ["node-3"],
      finds: (target) => (target.node === "node-3" ? TIMEOUT : OK),
    });
    expect(head.missing).toMatchObject([{ node: "node-3", why: "unreachable" }]);
  });

  it("does not call an agent unreachable if its node's pong answers, even with an error", () => {
    const { head } = aClosedRound(aView(5), {
      silent: ["node-3"],
      finds: (target) =>
        target.node === "node-3" ? { ...TIMEOUT, reason: "large_request_timeout" } : OK,
    });
    expect(head.missing).toMatchObject([{ node: "node-3", why: "silent" }]);
  });

  it("does not call an agent unreachable if nobody probed its node's pong", () => {
    const { head } = aClosedRound(aView(1), { silent: ["node-1"] });
    expect(head.missing).toMatchObject([{ why: "silent" }]);
  });

  it("blames Redis, not the agents, when reports could not come in", () => {
    const view = aView(2);
    const pods = view.pods.filter(({ name }) => name !== "ping-2");
    const { head } = aClosedRound(
      { ...view, pods },
      { silent: ["node-1"], run: { redisAway: true } },
    );
    expect(head.missing.map(({ why }) => why)).toEqual(["redis_away", "no_pod"]);
  });

  it("never counts a planned failure as failed or unknown", () => {
    const nodes = [aNode(1), aNode(2, { cordoned: true }), aNode(3)];
    const { head, summary, plan } = aClosedRound(aView(3, { nodes }), {
      silent: ["node-2"],
      finds: (target) => (target.node === "node-2" ? TIMEOUT : OK),
    });
    const each = checksOfOne(plan, "pod");
    expect(summary.pod).toEqual({
      total: 4 * each,
      ok: 4 * each,
      failed: 0,
      unknown: 0,
      planned: 5 * each,
    });
    expect(head.missing).toMatchObject([{ node: "node-2", planned: "node_cordoned" }]);
  });

  it("passes on what Kubernetes says of a pod that does not run, and counts the nodes with a ready agent", () => {
    const view = aView(3);
    const problem = "Unschedulable: 0/3 nodes are available: 1 Insufficient cpu.";
    const pods = view.pods.map((pod) =>
      pod.name === "ping-2" ? { ...pod, ready: false, ips: [], problem } : pod,
    );
    const { head } = aClosedRound({ ...view, pods });
    expect(head.coverage).toEqual({ nodes: 3, ready: 2 });
    expect(head.missing).toEqual([
      { pod: "ping-2", node: "node-2", why: "pod_not_ready", detail: problem, planned: null },
    ]);
  });

  it("counts every cell once, as ok, failed, unknown or planned, and total = ok + failed + unknown", () => {
    const random = seeded(42);
    for (let draw = 0; draw < 50; draw += 1) {
      const size = 1 + Math.floor(random() * 6);
      const nodes = Array.from({ length: size }, (_, i) => aNode(i + 1, { ready: random() < 0.7 }));
      const pods = nodes.flatMap((_, i) => [
        ...(random() < 0.8 ? [aPod("ping", i + 1, { ready: random() < 0.8 })] : []),
        ...(random() < 0.8
          ? [aPod("pong", i + 1, { ips: random() < 0.8 ? ["10.2.0.1"] : [] })]
          : []),
      ]);
      const round = aClosedRound(aView(size, { nodes, pods }), {
        finds: () => (random() < 0.5 ? OK : TIMEOUT),
        silent: ["node-1"],
      });
      for (const type of TARGET_TYPES) {
        const { total, ok, failed, unknown, planned } = round.summary[type];
        expect(total).toBe(ok + failed + unknown);
        expect(total + planned).toBe(round.matrices[type].reasons.length);
      }
    }
  });
});
