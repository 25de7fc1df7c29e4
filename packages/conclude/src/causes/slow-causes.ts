import { entryOf } from "@netchecker/round/entry-of";
import { type Draft, draft } from "../evidence/draft.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { WORKS } from "../evidence/outcome-state.ts";
import { type LatencyHistory, SETTLED_ROUNDS } from "../evidence/latency-history.ts";
import {
  MEASURES,
  type Measure,
  nodeLatencies,
  type NodeLatency,
  type Quartiles,
} from "../evidence/node-latency.ts";
import type { Steps } from "@netchecker/round/steps";
import type { Topology } from "../evidence/topology.ts";

/** So many times what is to be expected, and by so much, is slow; less is a matter of taste. */
const TIMES = 3;
const MORE_US = 1_000;
const SPREADS = 6;
const PAIR_TIMES = 5;
const PAIR_MORE_US = 5_000;
const FEWEST_PEERS = 3;
/** Of a few nodes that tell no zone, one may well stand elsewhere, and be far from all others for that. */
const FEWEST_UNPLACED = 6;

/**
 * It works, slowly: a node against its own past and its peers, a pair against the rest of both. Where
 * packets are lost, sending them again takes the time.
 */
export function* slowCauses(
  evidence: Evidence,
  topology: Topology,
  history: LatencyHistory,
  found: readonly Draft[],
): Steps<Draft[]> {
  const latencies = yield* nodeLatencies(evidence.round);
  const lossy = found.filter(({ kind }) => kind === "packet-loss");
  const lossyNodes = new Set(lossy.flatMap(({ nodes, peers }) => (peers.length ? [] : nodes)));
  const nodes = slowNodes(evidence, topology, history, latencies).filter(
    ({ nodes: [n] }) => !lossyNodes.has(n!),
  );
  const slow = new Set([...lossyNodes, ...nodes.flatMap((each) => each.nodes)]);
  const lossyPairs = new Set(lossy.map(({ nodes: [a], peers: [b] }) => `${a} ${b}`));
  const slowOnes = yield* slowPairs(evidence, latencies, slow);
  const pairs = slowOnes.filter(({ nodes: [a], peers: [b] }) => !lossyPairs.has(`${a} ${b}`));
  return [...nodes, ...pairs];
}

function slowNodes(
  evidence: Evidence,
  topology: Topology,
  history: LatencyHistory,
  latencies: readonly NodeLatency[],
): Draft[] {
  const slow = new Map<number, { measures: Set<Measure>; fact: string }>();
  for (const measure of MEASURES) {
    const now = latencies.map((latency) => latency[measure]);
    const usual = evidence.nodes.map((node) => {
      const known = entryOf(history.nodes, node);
      return known && known.rounds >= SETTLED_ROUNDS ? known[measure] : null;
    });
    const without = withoutPast(topology, now);
    const expected = asToday(now, usual).map((own, n) => own ?? without(n));
    for (const n of slowAmong(now, expected)) {
      const fact = sayLatency(now[n]![MIDDLE], expected[n]![MIDDLE]);
      const known = slow.get(n) ?? { measures: new Set(), fact };
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

type Known = Quartiles | null;
const QUARTILES = [0, 1, 2] as const;
const [NEAR, MIDDLE, FAR] = QUARTILES;

/**
 * A slow node is slow for all of its peers: for the near ones, for most, and for the far ones. What is far
 * for a node that is not slow may be the slow ones: its far ones are no measure.
 */
function slowAmong(now: readonly Known[], expected: readonly Known[]): number[] {
  const spreads = [NEAR, MIDDLE, MIDDLE].map((k) =>
    median(now.flatMap((is, n) => (is && expected[n] ? [Math.abs(is[k] - expected[n][k])] : []))),
  );
  return now.flatMap((is, n) => {
    const usual = expected[n];
    if (!is || !usual) return [];
    const isSlow = QUARTILES.every(
      (k) => is[k] >= usual[k] * TIMES && is[k] - usual[k] >= MORE_US + (spreads[k] ?? 0) * SPREADS,
    );
    return isSlow ? [n] : [];
  });
}

/** Each node's own past, as much slower as all others are today; null where it is not known. */
function asToday(now: readonly Known[], usual: readonly Known[]): Known[] {
  const factor = (k: 0 | 1 | 2) => {
    const ratios = now.flatMap((is, n) => (is && usual[n]?.[k] ? [is[k] / usual[n][k]] : []));
    return ratios.length < FEWEST_PEERS ? 1 : Math.max(1, median(ratios)!);
  };
  const [near, middle] = [factor(NEAR), factor(MIDDLE)];
  return usual.map((own) =>
    own ? [own[NEAR] * near, own[MIDDLE] * middle, own[FAR] * middle] : null,
  );
}

/**
 * What is to be expected of a node that has no past: not even its nearest peers are farther than what
 * is far for most nodes, and for those of its zone. Of one alone in its zone nobody knows.
 */
function withoutPast(topology: Topology, now: readonly Known[]): (n: number) => Known {
  const far = now.flatMap((is) => (is ? [is[FAR]] : []));
  const all = far.length < FEWEST_PEERS ? null : median(far)!;
  const zones = Map.groupBy(now.keys(), (n) => topology.zoneOf(n));
  const farIn = new Map(
    [...zones].map(([zone, nodes]) => {
      const known = nodes.flatMap((n) => now[n]?.[FAR] ?? []);
      const fewest = zone === null ? FEWEST_UNPLACED : FEWEST_PEERS;
      return [zone, known.length < fewest ? null : median(known)];
    }),
  );
  return (n) => {
    const zone = farIn.get(topology.zoneOf(n)) ?? null;
    if (all === null || zone === null) return null;
    const most = Math.max(all, zone);
    return [most, most, most];
  };
}

function* slowPairs(
  evidence: Evidence,
  latencies: readonly NodeLatency[],
  slow: ReadonlySet<number>,
): Steps<Draft[]> {
  const typical = latencies.map(({ tcpIn, tcpOut }) =>
    Math.max(tcpIn?.[FAR] ?? 0, tcpOut?.[FAR] ?? 0),
  );
  const tcp = evidence.planes.find(({ check }) => check === "tcp");
  if (!tcp) return [];
  const { latencyUs } = evidence.round.matrices.node;
  const latencyAt = (from: number, to: number) =>
    tcp.column[to] === -1 ? 0 : latencyUs[from * tcp.targets + tcp.column[to]!]!;
  const found: { a: number; b: number; now: number; usual: number }[] = [];
  for (let a = 0; a < evidence.size; a += 1) {
    if (slow.has(a) || typical[a] === 0) continue;
    yield;
    for (let b = a + 1; b < evidence.size; b += 1) {
      if (slow.has(b) || typical[b] === 0) continue;
      const usual = Math.max(typical[a]!, typical[b]!);
      const now = latencyAt(a, b) || latencyAt(b, a);
      if (now < usual * PAIR_TIMES || now < usual + PAIR_MORE_US) continue;
      if (allSlow(evidence, a, b, usual)) found.push({ a, b, now, usual });
    }
    // Many of them are no faults of pairs, but how far the cluster reaches.
    if (found.length > FEWEST_PEERS + evidence.size / 10) return [];
  }
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
