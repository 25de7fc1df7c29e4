import {
  type Check,
  type ExpectedWhy,
  type MissingWhy,
  TARGET_TYPES,
  type TargetColumns,
  type TargetType,
} from "@netchecker/contract";
import {
  type ClusterView,
  endpoint,
  familyOf,
  type NodeRecord,
  type PodRecord,
} from "./cluster-view.ts";

/** An agent that should report: one for each node that should run one, whether it has a pod or not. */
export interface PlannedAgent {
  readonly pod: string | null;
  readonly node: string;
  readonly ip: string | null;
  /** Why it is known before the round not to report; the round does not wait for it. */
  readonly absent: MissingWhy | null;
  /** What Kubernetes says of its pod, where something is wrong with it. */
  readonly problem: string | null;
  readonly expected: ExpectedWhy | null;
}

/** One check of one address. Without an address it is never dialled, and stays unknown. */
export interface PlannedTarget {
  readonly check: Check;
  readonly name: string | null;
  readonly node: string | null;
  readonly address: string | null;
  readonly expected: ExpectedWhy | null;
}

/** Who probes what in a round. Targets with an address come first, in the order of the published list. */
export interface RoundPlan {
  readonly agents: readonly PlannedAgent[];
  readonly targets: Readonly<Record<TargetType, readonly PlannedTarget[]>>;
}

export interface PlanSettings {
  readonly namespace: string;
  readonly serviceName: string;
  readonly clusterDomain: string;
  /** Where pong listens in its pod. */
  readonly pongPort: number;
  /** A port that every node has open. */
  readonly kubeletPort: number;
  /** `host:port` or URL. */
  readonly externalTargets: readonly string[];
}

/** node-2 comes before node-10, for the eyes of those who read the mesh. */
const NATURAL = new Intl.Collator("en", { numeric: true });

/** The cluster's view → the plan of a round. The expected set comes from the nodes, never from who answered. */
export function planRound(view: ClusterView, settings: PlanSettings): RoundPlan {
  const nodes = view.nodes.toSorted((a, b) => NATURAL.compare(a.name, b.name));
  const podsOf = podsByNode(view.pods);
  return {
    agents: nodes.map((node) => planAgent(node, podsOf("ping", node.name), view.at)),
    targets: {
      pod: dialledFirst(
        nodes.flatMap((node) => podTargets(node, podsOf("pong", node.name), view.at, settings)),
      ),
      node: dialledFirst(
        nodes.flatMap((node) => nodeTargets(node, podsOf("pong", node.name), view, settings)),
      ),
      service: serviceTargets(view, settings),
      external: settings.externalTargets.map((target) => ({
        check: target.includes("://") ? ("http" as const) : ("connect" as const),
        name: target,
        node: null,
        address: target,
        expected: null,
      })),
    },
  };
}

/** How many targets of a type an agent is asked to probe: those with an address. */
export function dialledCount(targets: readonly PlannedTarget[]): number {
  const first = targets.findIndex(({ address }) => address === null);
  return first === -1 ? targets.length : first;
}

/** The columns of a published list. */
export function toListColumns(targets: readonly PlannedTarget[]): TargetColumns {
  const dialled = targets.slice(0, dialledCount(targets));
  return {
    check: dialled.map(({ check }) => check),
    name: dialled.map(({ name }) => name!),
    node: dialled.map(({ node }) => node),
    address: dialled.map(({ address }) => address!),
  };
}

/** How many targets of each type a plan has, dialled or not. */
export function targetCounts(plan: RoundPlan): Record<TargetType, number> {
  return Object.fromEntries(
    TARGET_TYPES.map((type) => [type, plan.targets[type].length]),
  ) as Record<TargetType, number>;
}

/** A node or pod this young may well not be ready yet, milliseconds. */
const STARTING_MS = 120_000;

/** The planned change that a node is in. */
export function nodeExpected(node: NodeRecord): ExpectedWhy | null {
  if (node.deleting) return "node_deleting";
  if (!node.ready) return "node_not_ready";
  return node.cordoned ? "node_cordoned" : null;
}

/** The planned change that a pod is in, or that its absence is explained by. */
function podExpected(pod: PodRecord | undefined, node: NodeRecord, at: number): ExpectedWhy | null {
  if (!pod) return at - node.createdAt < STARTING_MS ? "node_starting" : null;
  if (pod.terminating) return "pod_terminating";
  const starting = !pod.everReady && at - pod.createdAt < STARTING_MS;
  return starting && pod.problem === null ? "pod_starting" : null;
}

function podsByNode(pods: readonly PodRecord[]) {
  const byNode = Map.groupBy(pods, ({ app, node }) => `${app}/${node}`);
  return (app: PodRecord["app"], node: string): readonly PodRecord[] =>
    byNode.get(`${app}/${node}`) ?? [];
}

/** A pod that stays goes before one that terminates, a ready one before others, then the newest. */
function byPreference(a: PodRecord, b: PodRecord): number {
  return (
    Number(a.terminating) - Number(b.terminating) ||
    Number(b.ready) - Number(a.ready) ||
    b.createdAt - a.createdAt
  );
}

function planAgent(node: NodeRecord, pings: readonly PodRecord[], at: number): PlannedAgent {
  const [ping] = pings.toSorted(byPreference);
  const expected = nodeExpected(node) ?? podExpected(ping, node, at);
  if (!ping)
    return { pod: null, node: node.name, ip: null, absent: "no_pod", problem: null, expected };
  return {
    pod: ping.name,
    node: node.name,
    ip: ping.ips[0] ?? null,
    absent: ping.ready && !ping.terminating ? null : "pod_not_ready",
    problem: ping.problem,
    expected,
  };
}

function podTargets(
  node: NodeRecord,
  pongs: readonly PodRecord[],
  at: number,
  { pongPort }: PlanSettings,
): PlannedTarget[] {
  const staying = pongs.filter(({ terminating }) => !terminating);
  const probed = staying.length > 0 ? staying : pongs;
  const target = (pong: PodRecord | null, ip: string | null): PlannedTarget => ({
    check: "echo",
    name: pong?.name ?? null,
    node: node.name,
    address: ip === null ? null : endpoint(ip, pongPort),
    expected: nodeExpected(node) ?? podExpected(pong ?? undefined, node, at),
  });
  if (probed.length === 0) return [target(null, null)];
  return probed
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((pong) =>
      pong.ips.length === 0 ? [target(pong, null)] : pong.ips.map((ip) => target(pong, ip)),
    );
}

function nodeTargets(
  node: NodeRecord,
  pongs: readonly PodRecord[],
  view: ClusterView,
  { kubeletPort }: PlanSettings,
): PlannedTarget[] {
  const { service } = view;
  const families = new Set(service?.clusterIPs.map(familyOf));
  const nodePorts = service?.ports.flatMap(({ nodePort }) => nodePort ?? []) ?? [];
  const expected = nodeExpected(node);
  // The NodePort leads to this node's own pong: what is expected of all of them is expected of it.
  const pongExpected = pongs.every((pong) => podExpected(pong, node, view.at) !== null)
    ? podExpected(pongs[0], node, view.at)
    : null;
  const target = (check: Check, ip: string | null, port: number): PlannedTarget => ({
    check,
    name: node.name,
    node: node.name,
    address: ip === null ? null : endpoint(ip, port),
    expected: expected ?? (check === "nodeport" ? pongExpected : null),
  });
  const ips = node.addresses.length === 0 ? [null] : node.addresses;
  return ips.flatMap((ip) => [
    target("tcp", ip, kubeletPort),
    ...nodePorts
      .filter(() => ip === null || families.has(familyOf(ip)))
      .map((nodePort) => target("nodeport", ip, nodePort)),
  ]);
}

function serviceTargets(
  { service }: ClusterView,
  { namespace, serviceName, clusterDomain }: PlanSettings,
): PlannedTarget[] {
  const common = { node: null, expected: null };
  const fqdn = `${serviceName}.${namespace}.svc.${clusterDomain}`;
  if (!service || service.clusterIPs.length === 0)
    return [
      { check: "clusterip", name: serviceName, address: null, ...common },
      { check: "dns", name: fqdn, address: null, ...common },
    ];
  return service.clusterIPs.flatMap((ip) => [
    ...service.ports.map(({ port }) => ({
      check: "clusterip" as const,
      name: service.name,
      address: endpoint(ip, port),
      ...common,
    })),
    { check: "dns" as const, name: fqdn, address: ip, ...common },
  ]);
}

function dialledFirst(targets: readonly PlannedTarget[]): PlannedTarget[] {
  return targets.toSorted((a, b) => Number(a.address === null) - Number(b.address === null));
}
