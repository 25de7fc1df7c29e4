import type { Random } from "./random.ts";

export interface SimulatedNode {
  /** Position in the cluster, which is in natural order. */
  readonly index: number;
  readonly name: string;
  readonly ip: string;
  readonly zone: number;
  readonly pool: number;
  readonly ping: string;
  readonly pingIp: string;
  readonly pong: string;
  readonly pongIp: string;
  /** How much slower its network is than others', as a factor. */
  readonly pace: number;
}

/** A cluster as it is when nothing is broken. */
export interface Cluster {
  readonly nodes: readonly SimulatedNode[];
  /** Whether nodes carry labels of zone and pool. */
  readonly labelled: boolean;
  readonly zones: number;
  readonly pools: number;
  readonly redisNode: number;
  readonly netcheckerNode: number;
  /** Where the DNS servers behind the ClusterIP run. */
  readonly dnsNodes: readonly number[];
  /** `host:port`, `ip:port` or URL. */
  readonly externals: readonly string[];
  /** Round trips between zones, microseconds. */
  readonly zoneRttUs: readonly (readonly number[])[];
  readonly externalRttUs: readonly number[];
}

/** In a packet's `from` or `to`: not in the cluster. It stands behind the last node. */
export function outsideOf({ nodes }: Pick<Cluster, "nodes">): number {
  return nodes.length;
}

/** Where an address space lies: a subnet for each zone. */
const ip = (first: number, zone: number, index: number) =>
  `10.${first + zone}.${index >> 8}.${index & 255}`;

const EXTERNALS = [
  "registry.example:443",
  "203.0.113.7:443",
  "https://api.partner.example/health",
  "198.51.100.20:5432",
] as const;

/** `zones` where their number is not to be drawn. */
export function drawCluster(
  random: Random,
  size: number,
  zones = drawZones(random, size),
): Cluster {
  const pools = 1 + random.int(Math.min(4, Math.max(1, size >> 2)));
  const prefix = random.pick(["node-", "worker-", "ip-10-0-", "gke-main-pool-"]);
  const inBlocks = random.chance(0.3);
  const nodes = Array.from({ length: size }, (_, index): SimulatedNode => {
    const name = `${prefix}${index + 1}`;
    const zone = inBlocks ? Math.floor((index * zones) / size) : index % zones;
    const tail = () => random.uint32().toString(36).padStart(7, "0").slice(-5);
    return {
      index,
      name,
      zone,
      pool: random.int(pools),
      ip: ip(16, zone, index + 1),
      ping: `ping-${index + 1}-${tail()}`,
      pingIp: `10.244.${index >> 1}.${((index & 1) << 7) + 2}`,
      pong: `pong-${index + 1}-${tail()}`,
      pongIp: `10.244.${index >> 1}.${((index & 1) << 7) + 3}`,
      pace: Math.exp(0.15 * random.normal()),
    };
  });
  const [redisNode, netcheckerNode] = [random.int(size), random.int(size)];
  return {
    nodes,
    labelled: random.chance(0.85),
    zones,
    pools,
    redisNode,
    netcheckerNode,
    dnsNodes: random.sample(
      nodes.map(({ index }) => index),
      2,
    ),
    externals: random.sample(EXTERNALS, random.int(4)),
    zoneRttUs: drawZoneRtts(random, zones),
    externalRttUs: EXTERNALS.map(() => random.logBetween(1_000, 40_000)),
  };
}

function drawZones(random: Random, size: number): number {
  return 1 + random.int(Math.min(4, Math.max(1, size >> 2)));
}

function drawZoneRtts(random: Random, zones: number): number[][] {
  const within = random.logBetween(150, 500);
  const rtts = Array.from({ length: zones }, () => Array.from({ length: zones }, () => within));
  for (let a = 0; a < zones; a += 1)
    for (let b = 0; b < a; b += 1) {
      const across = within + random.logBetween(300, 2_500);
      rtts[a]![b] = across;
      rtts[b]![a] = across;
    }
  return rtts;
}

/** A round trip between two nodes when nothing is in the way, microseconds. */
export function roundTripUs(cluster: Cluster, a: number, b: number): number {
  if (a === b) return 60;
  const [from, to] = [cluster.nodes[a]!, cluster.nodes[b]!];
  return cluster.zoneRttUs[from.zone]![to.zone]! * from.pace * to.pace;
}
