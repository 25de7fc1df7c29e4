type Labels = Readonly<Record<string, string>>;

/**
 * What may set groups of nodes apart, the widest last: the narrowest that fits names a group best. Kubernetes
 * has no label of its own for racks; these are Rook's, those of NVIDIA's Topograph for the switch that is
 * next to a node, Amazon's for its lowest network layer, and Oracle's for what shares a rack.
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

/** What nodes may have in common without standing in one place: it names a group, and makes none. */
export const KIND_LABELS: readonly (readonly [word: string, label: string])[] = [
  ["instance type", "node.kubernetes.io/instance-type"],
];

/** The zone and the pool that a node's labels tell; null where they tell none. */
export function placeOf(labels: Labels): { zone: string | null; pool: string | null } {
  const first = (wanted: string) =>
    PLACE_LABELS.flatMap(([word, label]) => (word === wanted ? (labels[label] ?? []) : []))[0] ??
    null;
  return { zone: first("zone"), pool: first("node pool") };
}

const KNOWN = new Set(PLACE_LABELS.map(([, label]) => label));
const ROLE_OR_INSTANCE = /^node(\.kubernetes\.io\/instance-type|-role\.kubernetes\.io\/.{1,63})$/;

/** A node has a handful; Kubernetes takes values of 63 characters. */
const MOST_LABELS = 32;
const MOST_CHARACTERS = 63;

/** The labels that tell where a node stands and what it is; all others are many and tell nothing of the network. */
export function placeLabels(labels: Labels): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels)
      .filter(([key]) => KNOWN.has(key) || ROLE_OR_INSTANCE.test(key))
      .slice(0, MOST_LABELS)
      .map(([key, value]) => [key, value.slice(0, MOST_CHARACTERS)]),
  );
}
