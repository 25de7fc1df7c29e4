import { REASONS } from "@netchecker/contract";
import { describe, expect, test } from "vitest";
import type { Row, RowEffect } from "../expect/effect.ts";
import { expectReport, expectRow } from "../expect/expect-row.ts";
import { seeded } from "../seeded.ts";
import { effectOf } from "./read-fault.ts";
import type { FaultSpec } from "./fault.ts";
import { FAULT_KINDS } from "./kinds.ts";

const NODES = ["node-1", "node-2", "node-3", "node-4", "node-5"];
const KINDS = Object.entries(FAULT_KINDS);
const SEED = 7;
const DRAWS = 25;

/** What is cut in the network between nodes; within a node all is well. */
const NETWORK_CUTS = [
  "node-down",
  "node-cut-off",
  "pod-network",
  "route",
  "packet-loss",
  "partition",
  "mtu",
  "no-way-out",
];

interface Schema {
  readonly enum?: readonly string[];
  readonly type?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly description?: string;
}

const propertiesOf = (kind: string): [string, Schema][] =>
  Object.entries(FAULT_KINDS[kind as keyof typeof FAULT_KINDS].parameters.properties);

/** A fault of that kind, of any parameters that it may have. */
function draw(kind: string, random: () => number): FaultSpec {
  const shuffled = NODES.toSorted(() => random() - 0.5);
  const value = (name: string, schema: Schema): unknown => {
    if (name === "node") return shuffled[0];
    if (name === "peer") return shuffled[1];
    if (name === "nodes") return shuffled.slice(0, 1 + Math.floor(random() * 3));
    if (schema.enum) return schema.enum[Math.floor(random() * schema.enum.length)];
    const { minimum, maximum } = schema;
    if (minimum === undefined || maximum === undefined) return schema.default;
    return Math.floor(minimum + 1 + random() * (maximum - minimum));
  };
  const given = propertiesOf(kind).map(([name, schema]) => [name, value(name, schema)]);
  return { kind, ...Object.fromEntries(given) };
}

const draws = (kind: string): FaultSpec[] => {
  const random = seeded(SEED);
  return Array.from({ length: DRAWS }, () => draw(kind, random));
};

const TYPES = { echo: "pod", tcp: "node", nodeport: "node", clusterip: "service", dns: "service" };

const row = (check: keyof typeof TYPES, from: string, to: string | null): Row =>
  ({
    type: TYPES[check],
    check,
    from: { pod: null, node: from, ip: null },
    to: { name: null, node: to, address: null },
  }) as Row;

const PAIRS: readonly Row[] = (["echo", "tcp", "nodeport"] as const).flatMap((check) =>
  NODES.flatMap((from) => NODES.map((to) => row(check, from, to))),
);
const ROWS: readonly Row[] = [
  ...PAIRS,
  ...NODES.flatMap((from) => [row("clusterip", from, null), row("dns", from, null)]),
  ...NODES.map((from): Row => ({ ...row("tcp", from, null), type: "external", check: "connect" })),
];

/** What a fault does to a row. */
function seen(fault: FaultSpec): (at: Row) => RowEffect | null {
  const effect = effectOf(fault);
  return (at) => expectRow(at, [effect], NODES);
}

const nameOf = ({ check, from, to }: Row) => `${check} ${from.node} ${to.node}`;
const brokenOf = (fault: FaultSpec, rows: readonly Row[]) => rows.filter(seen(fault)).map(nameOf);

test.each(KINDS)("%s says in one line what it is", (_, { summary }) => {
  expect(summary).toMatch(/^\S[^\n]{10,140}[^.\n]$/);
});

test.each(KINDS)("%s: each parameter has a default or says what it is", (kind) => {
  for (const [name, schema] of propertiesOf(kind))
    expect(schema.default ?? schema.description, name).toBeDefined();
});

test.each(KINDS)("%s: what it does to rows are failures that there are", (kind) => {
  for (const effectOn of draws(kind).map(seen))
    for (const { reasons } of ROWS.flatMap((each) => effectOn(each) ?? [])) {
      expect(reasons.length).toBeGreaterThan(0);
      for (const reason of reasons) expect(REASONS).toContain(reason);
      expect(reasons).not.toContain("ok");
      expect(reasons).not.toContain("not_probed");
    }
});

test.each(KINDS)("%s: it silences, starves, plans and blames nodes that there are", (kind) => {
  for (const fault of draws(kind)) {
    const effect = effectOf(fault);
    const { silent = [], maybeSilent = [], notReady = [], starved = [], planned = [] } = effect;
    const blamed = (effect.findings ?? []).flatMap(({ nodes, peers = [] }) => [...nodes, ...peers]);
    for (const node of [...silent, ...maybeSilent, ...notReady, ...starved, ...planned, ...blamed])
      expect(NODES).toContain(node);
  }
});

test.each(KINDS)("%s: a fault of one node leaves alone what passes between others", (kind) => {
  for (const fault of draws(kind)) {
    const ends = [fault["node"], fault["peer"], ...((fault["nodes"] as string[]) ?? [])];
    if (ends.every((end) => end === undefined)) continue;
    const others = PAIRS.filter(
      ({ from, to }) => !ends.includes(from.node) && !ends.includes(to.node),
    );
    expect(brokenOf(fault, others)).toEqual([]);
  }
});

describe.each(NETWORK_CUTS)("%s, a cut in the network", (kind) => {
  test("does nothing within a node", () => {
    for (const fault of draws(kind)) {
      const own = PAIRS.filter(({ from, to }) => from.node === to.node);
      expect(brokenOf(fault, own)).toEqual([]);
    }
  });

  test("breaks something", () => {
    for (const fault of draws(kind)) expect(brokenOf(fault, ROWS)).not.toEqual([]);
  });
});

const DIRECTED = KINDS.map(([kind]) => kind).filter((kind) =>
  propertiesOf(kind).some(([name]) => name === "direction"),
);

test.each(DIRECTED)("%s: in is not out, and both is at least either", (kind) => {
  for (const fault of draws(kind)) {
    const [inward, outward, both] = ["in", "out", "both"].map((direction) => {
      const effectOn = seen({ ...fault, direction });
      return ROWS.flatMap((each) => {
        const effect = effectOn(each);
        return effect ? effect.reasons.map((reason) => `${nameOf(each)} ${reason}`) : [];
      });
    });
    expect(inward).not.toEqual(outward);
    expect(both).toEqual(expect.arrayContaining(inward!));
    expect(both).toEqual(expect.arrayContaining(outward!));
  }
});

test("agents report, unless something between them and Redis is broken", () => {
  const report = (fault: FaultSpec) => expectReport("node-2", [effectOf(fault)]);
  expect(report({ kind: "node-down", node: "node-2" })).toBe("no");
  expect(report({ kind: "node-down", node: "node-3" })).toBe("yes");
  expect(report({ kind: "route", node: "node-2", peer: "node-3" })).toBe("yes");
  expect(report({ kind: "kube-proxy", node: "node-2", part: "cluster-ip" })).toBe("yes");
  expect(report({ kind: "redis-unreachable", node: "node-2" })).toBe("no");
});

test("who loses its connection to Redis while it can make no new one may be missing", () => {
  const faults = [
    { kind: "kube-proxy", node: "node-2", part: "cluster-ip" },
    { kind: "redis-restarted" },
  ];
  const effects = faults.map((fault) => effectOf(fault));
  expect(expectReport("node-2", effects)).toBe("maybe");
  expect(expectReport("node-3", effects)).toBe("yes");
});

test("a late DNS answer fails once it is later than ping waits", () => {
  const dns = (delayMs: number) => seen({ kind: "dns-slow", delayMs })(row("dns", "node-1", null));
  expect(dns(300)).toBeNull();
  expect(dns(1_000)).toEqual({ reasons: ["dns_failure"], sure: false });
  expect(dns(3_000)).toEqual({ reasons: ["dns_failure"], sure: true });
});
