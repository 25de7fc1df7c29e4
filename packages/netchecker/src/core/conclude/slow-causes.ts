import { type Draft, draft } from "./draft.ts";
import { type Evidence, WORKS } from "./evidence.ts";
import { type LatencyHistory, SETTLED_ROUNDS } from "./latency-history.ts";
import { MEASURES, type Measure, nodeLatencies, type NodeLatency } from "./node-latency.ts";
import type { Topology } from "./topology.ts";

/** So many times what is to be expected, and by so much, is slow; less is a matter of taste. */
const TIMES = 3;
const MORE_US = 1_000;
const SPREADS = 6;
const PAIR_TIMES = 5;
const PAIR_MORE_US = 5_000;
const FEWEST_PEERS = 3;

/** It works, slowly: a node against its own past and its peers, a pair against the rest of both. */
export function slowCauses(
  evidence: Evidence,
  topology: Topology,
  history: LatencyHistory,
): Draft[] {
  const latencies = nodeLatencies(evidence.round);
  const nodes = slowNodes(evidence, topology, history, latencies);
  const slow = new Set(nodes.flatMap((found) => found.nodes));
  return [...nodes, ...slowPairs(evidence, latencies, slow)];
}

function slowNodes(
  evidence: Evidence,
  topology: Topology,
  history: LatencyHistory,
  latencies: readonly NodeLatency[],
): Draft[] {
  const slow = new Map<number, { measures: Set<Measure>; fact: string }>();
  for (const measure of MEASURES) {
    const expected = expectedLatencies(evidence, topology, history, latencies, measure);
    const excess = latencies.map((latency, n) =>
      latency[measure] === null || expected[n] === null ? null : latency[measure] - expected[n]!,
    );
    const spread = median(excess.flatMap((each) => (each === null ? [] : [Math.abs(each)]))) ?? 0;
    for (const [n, more] of excess.entries()) {
      const now = latencies[n]![measure];
      const usual = expected[n];
      if (more === null || now === null || usual == null) continue;
      if (now < usual * TIMES || more < MORE_US + spread * SPREADS) continue;
      const known = slow.get(n) ?? { measures: new Set(), fact: sayLatency(now, usual) };
      known.measures.add(measure);
      slow.set(n, known);
    }
  }
  return [...slow].flatMap(([n, { measures, fact }]) =>
    // What only its own agent finds slow is slow probing; one measure alone is a moment's.
    measures.size > 1 && (measures.has("tcpIn") || measures.has("echoIn"))
      ? [draft("slow", { nodes: [n], layer: "node", fact })]
      : [],
  );
}

/**
 * What is to be expected of each node now: its own past, were that known, as much slower as all others
 * are today; else what its zone's nodes have, or all.
 */
function expectedLatencies(
  evidence: Evidence,
  topology: Topology,
  history: LatencyHistory,
  latencies: readonly NodeLatency[],
  measure: Measure,
): (number | null)[] {
  const usual = evidence.nodes.map((node) => {
    const known = history.nodes[node];
    return known && known.rounds >= SETTLED_ROUNDS ? known[measure] : null;
  });
  const ratios = latencies.flatMap((latency, n) =>
    usual[n] && latency[measure] !== null ? [latency[measure] / usual[n]] : [],
  );
  const today = ratios.length < FEWEST_PEERS ? 1 : Math.max(1, median(ratios)!);
  const zones = Map.groupBy(evidence.nodes.keys(), (n) => topology.zoneOf(n));
  const medians = new Map(
    [...zones].map(([zone, members]) => [zone, ofPeers(latencies, measure, members)]),
  );
  const all = ofPeers(latencies, measure, [...evidence.nodes.keys()]);
  return usual.map((own, n) =>
    own === null ? (medians.get(topology.zoneOf(n)) ?? all) : own * today,
  );
}

function ofPeers(
  latencies: readonly NodeLatency[],
  measure: Measure,
  members: readonly number[],
): number | null {
  const known = members.flatMap((n) => latencies[n]![measure] ?? []);
  return known.length < FEWEST_PEERS ? null : median(known);
}

function slowPairs(
  evidence: Evidence,
  latencies: readonly NodeLatency[],
  slow: ReadonlySet<number>,
): Draft[] {
  const typical = latencies.map(({ tcpIn, tcpOut }) => Math.max(tcpIn ?? 0, tcpOut ?? 0));
  const tcp = evidence.planes.find(({ check }) => check === "tcp");
  if (!tcp) return [];
  const { latencyUs } = evidence.round.matrices.node;
  const latencyAt = (from: number, to: number) =>
    tcp.column[to] === -1 ? 0 : latencyUs[from * tcp.targets + tcp.column[to]!]!;
  const found: { a: number; b: number; now: number; usual: number }[] = [];
  for (let a = 0; a < evidence.size; a += 1) {
    if (slow.has(a) || typical[a] === 0) continue;
    for (let b = a + 1; b < evidence.size; b += 1) {
      if (slow.has(b) || typical[b] === 0) continue;
      const usual = Math.max(typical[a]!, typical[b]!);
      const now = latencyAt(a, b) || latencyAt(b, a);
      if (now < usual * PAIR_TIMES || now < usual + PAIR_MORE_US) continue;
      if (allSlow(evidence, a, b, usual)) found.push({ a, b, now, usual });
    }
  }
  // Many of them are no faults of pairs, but how far the cluster reaches.
  if (found.length > FEWEST_PEERS + evidence.size / 10) return [];
  return found.map(({ a, b, now, usual }) =>
    draft("slow", { nodes: [a], peers: [b], layer: "node", fact: sayLatency(now, usual) }),
  );
}

/** Both ways, and in every check, of agents that are to be trusted. */
function allSlow(evidence: Evidence, a: number, b: number, usual: number): boolean {
  let known = 0;
  for (const plane of evidence.planes)
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      if (evidence.at(plane, from, to) !== WORKS || evidence.starved(from)) continue;
      const { latencyUs } = evidence.round.matrices[plane.type];
      if (latencyUs[from * plane.targets + plane.column[to]!]! < usual + PAIR_MORE_US) return false;
      known += 1;
    }
  return known >= FEWEST_PEERS;
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return Float64Array.from(values).sort()[(values.length - 1) >> 1]!;
}

function sayLatency(nowUs: number, usualUs: number): string {
  const ms = (us: number) => `${Number((us / 1000).toPrecision(2))} ms`;
  return `probes take ${ms(nowUs)}, ${ms(usualUs)} would be usual`;
}
