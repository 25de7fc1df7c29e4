import { describe, expect, it } from "vitest";
import { leavingTaint } from "./leaving-taints.ts";

describe("leavingTaint", () => {
  it.each([
    "ToBeDeletedByClusterAutoscaler",
    "ignore-taint.cluster-autoscaler.kubernetes.io/oke-impending-node-termination",
    "karpenter.sh/disrupted",
    "node.cloudprovider.kubernetes.io/shutdown",
    "node.kubernetes.io/out-of-service",
    "aws-node-termination-handler/spot-itn",
    "aws-node-termination-handler/asg-lifecycle-termination",
    "aws-node-termination-handler/scheduled-maintenance",
    "cloud.google.com/impending-node-termination",
    "autoscaling.cast.ai/draining",
    "medik8s.io/drain",
  ])("takes %s for a decision, whatever its value", (key) => {
    expect(leavingTaint([{ key: "dedicated", value: "gpu" }, { key }])).toBe(key);
    expect(leavingTaint([{ key, value: "1764361813" }])).toBe(key);
  });

  it.each([
    "node.kubernetes.io/not-ready",
    "node.kubernetes.io/unreachable",
    "node.kubernetes.io/network-unavailable",
    "node.kubernetes.io/memory-pressure",
    "node.kubernetes.io/disk-pressure",
    "node.kubernetes.io/pid-pressure",
    "node.cloudprovider.kubernetes.io/uninitialized",
    "DeletionCandidateOfClusterAutoscaler",
    "aws-node-termination-handler/rebalance-recommendation",
    "node.cluster.x-k8s.io/outdated-revision",
    "kops.k8s.io/scheduled-for-update",
    "kubernetes.azure.com/scalesetpriority",
    "karpenter.sh/unregistered",
    "medik8s.io/remediation",
    "toString",
  ])("does not take %s for a decision", (key) => {
    expect(leavingTaint([{ key, value: "true" }])).toBeNull();
  });

  it("knows Karpenter's older taint by its value", () => {
    const key = "karpenter.sh/disruption";
    expect(leavingTaint([{ key, value: "disrupting" }])).toBe(key);
    expect(leavingTaint([{ key, value: "candidate" }])).toBeNull();
    expect(leavingTaint([{ key }])).toBeNull();
  });

  it("returns null if there are no taints", () => {
    expect(leavingTaint(undefined)).toBeNull();
    expect(leavingTaint([{}])).toBeNull();
  });
});
