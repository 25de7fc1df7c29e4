type Labels = Readonly<Record<string, string>>;

/**
 * Labels that say in which place a node stands. Where several labels fit a group of nodes, the first one in
 * this list names the group, and so the region is last. Kubernetes has no label for racks. The list has
 * Rook's; those of NVIDIA's Topograph for the switch next to a node; Amazon's for its lowest network layer;
 * and Oracle's for nodes that share a rack.
 */
export const PLACE_LABELS: readonly (readonly [word: string, label: string])[] = [
  ["zone", "topology.kubernetes.io/zone"],
  ["node pool", "cloud.google.com/gke-nodepool"],
  ["node pool", "eks.amazonaws.com/nodegroup"],
  ["node pool", "kubernetes.azure.com/agentpool"],
  ["node pool", "agentpool"],
  ["node pool", "karpenter.sh/nodepool"],
  ["node pool", "doks.digitalocean.com/node-pool"],
  ["rack", "topology.kubernetes.io/rack"],
  ["rack", "topology.rook.io/rack"],
  ["leaf switch", "network.topology.nvidia.com/leaf"],
  ["leaf switch", "fabric.topograph.run/tier-0"],
  ["network node", "topology.k8s.aws/network-node-layer-3"],
  ["fault domain", "oci.oraclecloud.com/fault-domain"],
  ["region", "topology.kubernetes.io/region"],
];

/**
 * Labels that nodes may share without standing in one place. They can name a group that was found, but never form one.
 */
export const KIND_LABELS: readonly (readonly [word: string, label: string])[] = [
  ["instance type", "node.kubernetes.io/instance-type"],
];

/** The zone and the node pool in a node's labels, each null if no label has it. */
export function placeOf(labels: Labels): { zone: string | null; pool: string | null } {
  const first = (wanted: string) =>
    PLACE_LABELS.flatMap(([word, label]) => (word === wanted ? (labels[label] ?? []) : []))[0] ??
    null;
  return { zone: first("zone"), pool: first("node pool") };
}

const KNOWN = new Set(PLACE_LABELS.map(([, label]) => label));
const ROLE_OR_INSTANCE = /^node(\.kubernetes\.io\/instance-type|-role\.kubernetes\.io\/.{1,63})$/;

/** A node has a handful of these labels. Kubernetes allows values of 63 characters. */
const MAX_LABELS = 32;
const MAX_VALUE_CHARS = 63;

/** Keeps the labels that say where a node stands and what it is. The many others say nothing of the network. */
export function placeLabels(labels: Labels): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels)
      .filter(([key]) => KNOWN.has(key) || ROLE_OR_INSTANCE.test(key))
      .slice(0, MAX_LABELS)
      .map(([key, value]) => [key, value.slice(0, MAX_VALUE_CHARS)]),
  );
}
