import { describe, expect, it } from "vitest";
import {
  aClosedRound,
  aNode,
  aPod,
  aView,
  checksOfOne,
  OK,
  SETTINGS,
  targetsOf,
  TIMEOUT,
} from "@netchecker/round/testing/a-round";
import type { ClusterView } from "./cluster-view.ts";
import { planRound } from "./plan-round.ts";
import { reviewPlan } from "./review-plan.ts";

const view = aView(3);
const withPods = (change: (pods: ClusterView["pods"]) => ClusterView["pods"]): ClusterView => ({
  ...view,
  pods: change(view.pods),
});

function reviewed(atClose: ClusterView) {
  const { agents, targets } = reviewPlan(planRound(view, SETTINGS), atClose);
  return {
    agents: agents.map(({ planned }) => planned),
    pods: targetsOf({ targets }, "echo").map(({ planned }) => planned),
    nodes: targets.node.map(({ check, planned }) => [check, planned]),
  };
}

describe("reviewPlan", () => {
  it("leaves a plan as it was if nothing changed", () => {
    expect(reviewPlan(planRound(view, SETTINGS), view)).toEqual(planRound(view, SETTINGS));
  });

  it.each([
    ["pod_terminating", { terminating: true }],
    ["pod_gone", { ips: ["10.2.99.99"] }],
  ] as const)(
    "calls a pong that changed during the round %s, and its NodePort too",
    (planned, with_) => {
      const atClose = withPods((pods) =>
        pods.map((pod) => (pod.name === "pong-2" ? { ...pod, ...with_ } : pod)),
      );
      const { agents, pods, nodes } = reviewed(atClose);
      expect(agents).toEqual([null, null, null]);
      expect(pods).toEqual([null, planned, null]);
      expect(nodes.slice(2, 4)).toEqual([
        ["tcp", null],
        ["nodeport", planned],
      ]);
    },
  );

  it("calls a pod planned that was deleted or replaced", () => {
    const atClose = withPods((pods) => [
      ...pods.filter(({ name }) => name !== "pong-2" && name !== "ping-3"),
      aPod("pong", 2, { name: "pong-2-new" }),
    ]);
    const { agents, pods } = reviewed(atClose);
    expect(pods).toEqual([null, "pod_gone", null]);
    expect(agents).toEqual([null, null, "pod_gone"]);
  });

  it.each([
    ["node_cordoned", { cordoned: true }],
    ["node_leaving", { leaving: "ToBeDeletedByClusterAutoscaler", ready: false }],
    ["node_deleting", { deleting: true }],
    ["node_shutting_down", { ready: false, shutdownSince: view.at }],
  ] as const)("takes as planned what somebody decided meanwhile: %s", (planned, with_) => {
    const atClose = { ...view, nodes: [aNode(1), aNode(2, with_)] };
    const { agents, pods, nodes } = reviewed(atClose);
    expect(agents).toEqual([null, planned, "node_gone"]);
    expect(pods).toEqual([null, planned, "node_gone"]);
    expect(nodes.map(([, why]) => why)).toEqual([
      null,
      null,
      planned,
      planned,
      "node_gone",
      "node_gone",
    ]);
  });

  const nothing = {
    agents: [null, null, null],
    pods: [null, null, null],
    nodes: [1, 2, 3].flatMap(() => [
      ["tcp", null],
      ["nodeport", null],
    ]),
  };

  it.each([
    ["stay as they were", {}],
    ["are terminated because of that", { terminating: true, ready: false }],
  ])(
    "plans nothing for a node that became NotReady during the round and whose pods %s",
    (_, with_) => {
      const pods = view.pods.map((pod) => (pod.node === "node-2" ? { ...pod, ...with_ } : pod));
      const nodes = [aNode(1), aNode(2, { ready: false }), aNode(3)];
      expect(reviewed({ ...view, nodes, pods })).toEqual(nothing);
      const gone = view.pods.filter(({ node }) => node !== "node-2");
      expect(reviewed({ ...view, nodes, pods: gone })).toEqual(nothing);
    },
  );

  it("plans nothing for a node that became Ready again during the round, though its pods went away then", () => {
    const opened = { ...view, nodes: [aNode(1), aNode(2, { ready: false }), aNode(3)] };
    const since = view.at - 1_000;
    const back = aNode(2, {
      returns: [since],
      readiness: { status: "True", since, reason: "KubeletReady", message: "" },
    });
    const atClose = { ...view, nodes: [aNode(1), back, aNode(3)], pods: [] };
    const dead = opened.pods.map((pod) => (pod.node === "node-2" ? { ...pod, ready: false } : pod));
    const { agents } = reviewPlan(planRound({ ...opened, pods: dead }, SETTINGS), atClose);
    expect(agents[1]?.planned).toBeNull();
  });

  it("calls a node gone rather than starting if it was deleted during the round", () => {
    const young = aNode(2, { ready: false, everReady: false, createdAt: view.at - 5_000 });
    const plan = planRound({ ...view, nodes: [aNode(1), young, aNode(3)] }, SETTINGS);
    expect(plan.agents[1]?.planned).toBe("node_starting");
    const { agents } = reviewPlan(plan, { ...view, nodes: [aNode(1), aNode(3)] });
    expect(agents[1]?.planned).toBe("node_gone");
  });

  it("counts no failed pair for a rollout during the round", () => {
    const atClose = withPods((pods) =>
      pods.map((pod) => (pod.name === "pong-2" ? { ...pod, terminating: true } : pod)),
    );
    const round = aClosedRound(view, {
      atClose,
      finds: (target) => (target.node === "node-2" && target.check !== "tcp" ? TIMEOUT : OK),
    });
    const each = checksOfOne(round.plan, "pod");
    expect(round.summary.pod).toEqual({
      total: 6 * each,
      ok: 6 * each,
      failed: 0,
      unknown: 0,
      planned: 3 * each,
    });
    expect(round.summary.node).toEqual({ total: 15, ok: 15, failed: 0, unknown: 0, planned: 3 });
  });
});
