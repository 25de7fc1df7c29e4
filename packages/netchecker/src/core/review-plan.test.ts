import { describe, expect, it } from "vitest";
import {
  aClosedRound,
  aNode,
  aPod,
  aView,
  OK,
  SETTINGS,
  TIMEOUT,
} from "../../tests/support/a-round.ts";
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
    pods: targets.pod.map(({ planned }) => planned),
    nodes: targets.node.map(({ check, planned }) => [check, planned]),
  };
}

describe("reviewPlan", () => {
  it("leaves a plan as it was where nothing changed", () => {
    expect(reviewPlan(planRound(view, SETTINGS), view)).toEqual(planRound(view, SETTINGS));
  });

  it.each([
    ["pod_terminating", { terminating: true }],
    ["pod_gone", { ips: ["10.2.99.99"] }],
  ] as const)(
    "expects as %s what happened to a pong meanwhile, at its NodePort too",
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

  it("expects nothing of a pod that was deleted or replaced", () => {
    const atClose = withPods((pods) => [
      ...pods.filter(({ name }) => name !== "pong-2" && name !== "ping-3"),
      aPod("pong", 2, { name: "pong-2-new" }),
    ]);
    const { agents, pods } = reviewed(atClose);
    expect(pods).toEqual([null, "pod_gone", null]);
    expect(agents).toEqual([null, null, "pod_gone"]);
  });

  it("expects nothing of a node that was removed, cordoned or lost meanwhile", () => {
    const atClose = { ...view, nodes: [aNode(1), aNode(2, { ready: false })] };
    const { agents, pods, nodes } = reviewed(atClose);
    expect(agents).toEqual([null, "node_not_ready", "node_gone"]);
    expect(pods).toEqual([null, "node_not_ready", "node_gone"]);
    expect(nodes.map(([, planned]) => planned)).toEqual([
      null,
      null,
      "node_not_ready",
      "node_not_ready",
      "node_gone",
      "node_gone",
    ]);
  });

  it("makes a rollout that overtakes a round cost no failed pair", () => {
    const atClose = withPods((pods) =>
      pods.map((pod) => (pod.name === "pong-2" ? { ...pod, terminating: true } : pod)),
    );
    const round = aClosedRound(view, {
      atClose,
      finds: (target) => (target.node === "node-2" && target.check !== "tcp" ? TIMEOUT : OK),
    });
    expect(round.summary.pod).toEqual({ total: 6, ok: 6, failed: 0, unknown: 0, planned: 3 });
    expect(round.summary.node).toEqual({ total: 15, ok: 15, failed: 0, unknown: 0, planned: 3 });
  });
});
