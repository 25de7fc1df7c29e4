import type { Check } from "@netchecker/contract";
import { expect, test } from "vitest";
import { effectOf } from "../faults/read-fault.ts";
import type { FaultSpec } from "../faults/fault.ts";
import { expectReport, expectRow } from "./expect-row.ts";

const NODES = ["node-1", "node-2", "node-3", "node-4"];
const TYPES = {
  echo: "pod",
  tcp: "node",
  nodeport: "node",
  clusterip: "service",
  dns: "service",
} as const;

const row = (from: string, check: keyof typeof TYPES, to: string | null = null) => ({
  type: TYPES[check],
  check: check satisfies Check,
  from: { pod: null, node: from, ip: null },
  to: { name: null, node: to, address: null },
});

const found = (fault: FaultSpec, ...at: Parameters<typeof row>) =>
  expectRow(row(...at), [effectOf(fault)], NODES);

const SURE_TIMEOUT = { reasons: ["connect_timeout"], sure: true };

test("what loses all packets one way fails connections both ways, for answers cannot return", () => {
  const fault = { kind: "packet-loss", node: "node-1", peer: "node-2" };
  expect(found(fault, "node-1", "echo", "node-2")).toEqual(SURE_TIMEOUT);
  expect(found(fault, "node-2", "echo", "node-1")).toEqual(SURE_TIMEOUT);
  expect(found(fault, "node-1", "echo", "node-3")).toBeNull();
});

test("a filter of connections fails one direction alone", () => {
  const fault = { kind: "pod-network", node: "node-1", direction: "in" };
  expect(found(fault, "node-2", "echo", "node-1")).toEqual(SURE_TIMEOUT);
  expect(found(fault, "node-1", "echo", "node-2")).toBeNull();
});

test("a node's pod network is not the way to the node itself, nor to its own pods", () => {
  const fault = { kind: "pod-network", node: "node-1", direction: "both" };
  expect(found(fault, "node-2", "tcp", "node-1")).toBeNull();
  expect(found(fault, "node-2", "nodeport", "node-1")).toBeNull();
  expect(found(fault, "node-1", "echo", "node-1")).toBeNull();
});

test("one lost backend is one of several that a ClusterIP may draw", () => {
  const fault = { kind: "pod-network", node: "node-1", direction: "in" };
  expect(found(fault, "node-2", "clusterip")).toEqual({
    reasons: ["connect_timeout"],
    sure: false,
  });
});

test("only an echo sends large packets, and the direction that loses them shows", () => {
  const fault = { kind: "mtu", node: "node-1", direction: "out" };
  expect(found(fault, "node-1", "echo", "node-2")?.reasons).toEqual(["large_request_timeout"]);
  expect(found(fault, "node-2", "echo", "node-1")?.reasons).toEqual(["large_response_timeout"]);
  expect(found(fault, "node-1", "tcp", "node-2")).toBeNull();
});

test("a refusal has the reason of its kind", () => {
  const fault = { kind: "pod-network", node: "node-1", direction: "in" };
  expect(found({ ...fault, reject: "icmp" }, "node-2", "echo", "node-1")?.reasons).toEqual([
    "host_unreachable",
  ]);
  expect(found({ ...fault, reject: "reset" }, "node-2", "echo", "node-1")?.reasons).toEqual([
    "connection_refused",
  ]);
});

test("two faults at one pair: either reason will do, and one that is sure is enough", () => {
  const effects = [
    { kind: "packet-loss", node: "node-1", peer: "node-2", percent: 5 },
    { kind: "pod-network", node: "node-2", direction: "in", reject: "icmp" },
  ].map((fault) => effectOf(fault));
  const both = expectRow(row("node-1", "echo", "node-2"), effects, NODES);
  expect(both?.sure).toBe(true);
  expect(both?.reasons).toEqual(expect.arrayContaining(["connect_timeout", "host_unreachable"]));
});

test.each([
  ["a lost connection to Redis", { kind: "node-down", node: "node-1" }, "no"],
  [
    "a filter that spares the connection",
    { kind: "node-cut-off", node: "node-1", direction: "out" },
    "yes",
  ],
  ["random loss", { kind: "packet-loss", node: "node-1", percent: 5 }, "maybe"],
  ["another node's fault", { kind: "node-down", node: "node-2" }, "yes"],
])("%s: the agent's report arrives: %s", (_what, fault, answer) => {
  expect(expectReport("node-1", [effectOf(fault)])).toBe(answer);
});
