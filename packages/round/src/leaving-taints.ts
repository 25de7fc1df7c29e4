/** The parts of a Kubernetes taint that `leavingTaint` looks at. */
export interface Taint {
  readonly key?: string | null | undefined;
  readonly value?: string | null | undefined;
}

/** Any value. */
const ANY = null;

/**
 * The taints by which somebody says that a node is being taken away now, each with the value that it must
 * have. No list can be complete. A taint that is missing here, on a node that is not cordoned, makes no
 * failure planned.
 */
const LEAVING_TAINTS: ReadonlyMap<string, string | null> = new Map([
  // Kubernetes' cluster-autoscaler, utils/taints/taints.go: it drains the node and deletes it.
  ["ToBeDeletedByClusterAutoscaler", ANY],
  // Its Oracle provider sets this one, cloudprovider/oci/nodepools/consts/annotations.go.
  ["ignore-taint.cluster-autoscaler.kubernetes.io/oke-impending-node-termination", ANY],
  // Karpenter, pkg/apis/v1/taints.go: disrupted, or being terminated.
  ["karpenter.sh/disrupted", ANY],
  // The same before Karpenter 1.0 (designs/no-schedule-taint.md), with this one value.
  ["karpenter.sh/disruption", "disrupting"],
  // A cloud's controller, k8s.io/cloud-provider: the machine is shut down. The taint goes when the node is Ready.
  ["node.cloudprovider.kubernetes.io/shutdown", ANY],
  // Set by hand or by a termination handler (KEP 2268): the machine is off, and its pods may go elsewhere.
  ["node.kubernetes.io/out-of-service", ANY],
  // AWS node termination handler, pkg/node/node.go: set shortly before the instance is taken away.
  ["aws-node-termination-handler/spot-itn", ANY],
  ["aws-node-termination-handler/asg-lifecycle-termination", ANY],
  ["aws-node-termination-handler/scheduled-maintenance", ANY],
  // Google Kubernetes Engine (cluster-autoscaler's utils/taints/taints.go knows it): preemption, maintenance.
  ["cloud.google.com/impending-node-termination", ANY],
  // CAST AI's spot handler: interrupted, rebalanced or drained by hand.
  ["autoscaling.cast.ai/draining", ANY],
  // The node maintenance operator, controllers/taint.go: somebody asked for maintenance.
  ["medik8s.io/drain", ANY],
]);

/*
 * These taints are left out, because they announce no decision, or none for now:
 * - node.kubernetes.io/not-ready, unreachable, network-unavailable, …-pressure: symptoms.
 * - node.cloudprovider.kubernetes.io/uninitialized, karpenter.sh/unregistered: the node starts.
 * - DeletionCandidateOfClusterAutoscaler: it may be deleted in ten minutes, or not at all.
 * - aws-node-termination-handler/rebalance-recommendation: a risk. Its handler cordons the node as well.
 * - node.cluster.x-k8s.io/outdated-revision, kops.k8s.io/scheduled-for-update,
 *   deployment.machine.sapcloud.io/prefer-no-schedule: every node of a pool has these for hours. When a
 *   node's turn comes, it is cordoned.
 * - medik8s.io/remediation: the answer to a node that is already broken.
 */

/** The key of the taint that says that its node is being taken away, or null. */
export function leavingTaint(taints: readonly Taint[] | null | undefined): string | null {
  const found = taints?.find(({ key, value }) => {
    const wanted = LEAVING_TAINTS.get(key ?? "");
    return wanted !== undefined && (wanted === ANY || wanted === value);
  });
  return found?.key ?? null;
}
