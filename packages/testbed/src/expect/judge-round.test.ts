import type { MissingAgent, Result, RoundHead } from "@netchecker/contract";
import { expect, test } from "vitest";
import { effectOf } from "../faults/read-fault.ts";
import type { FaultSpec } from "../faults/fault.ts";
import { judgeRound, wrongOf } from "./judge-round.ts";

const NODES = ["node-1", "node-2", "node-3"];

const result = (from: string, to: string, reason: Result["reason"]): Result => ({
  type: "pod",
  check: "echo",
  from: { pod: `ping-${from}`, node: from, ip: null },
  to: { name: `pong-${to}`, node: to, address: "10.0.0.1:8080" },
  ok: reason === "ok" ? true : reason === "not_probed" ? null : false,
  reason,
  latencyMs: 1,
  attempts: 1,
});

const missing = (node: string, why: MissingAgent["why"]): MissingAgent => ({
  pod: null,
  node,
  why,
  detail: null,
  planned: null,
});

/** A round in which pairs are ok but for those named as `from to`. */
function judge(
  fault: FaultSpec | null,
  pairs: Readonly<Record<string, Result["reason"]>>,
  ...absent: MissingAgent[]
) {
  const results = NODES.flatMap((from) =>
    NODES.map((to) => result(from, to, pairs[`${from} ${to}`] ?? pairs[from] ?? "ok")),
  );
  const round = { id: 1, missing: absent } as unknown as RoundHead;
  return judgeRound({ round, results }, fault ? [effectOf(fault)] : [], NODES);
}

const ROUTE = { kind: "packet-loss", node: "node-1", peer: "node-2" };
const ROUTE_SEEN = {
  "node-1 node-2": "connect_timeout",
  "node-2 node-1": "connect_timeout",
} as const;

test("a round that shows what is broken, and nothing else, is right", () => {
  const judgement = judge(ROUTE, ROUTE_SEEN);
  expect(wrongOf(judgement)).toEqual([]);
  expect(judgement).toMatchObject({ pairs: 9, failed: 2, unknown: 0 });
});

test("a failure that nothing explains is false", () => {
  const { falseFailures } = judge(null, { "node-1 node-3": "connect_timeout" });
  expect(falseFailures).toEqual(["node-1 echo node-3 is connect_timeout; must be ok"]);
});

test("a pair that is broken and shown as ok is missed", () => {
  const { missedFailures } = judge(ROUTE, { "node-1 node-2": "connect_timeout" });
  expect(missedFailures).toEqual(["node-2 echo node-1 is ok; must be connect_timeout"]);
});

test("another reason than the fault's is wrong", () => {
  const { otherFaults } = judge(ROUTE, { ...ROUTE_SEEN, "node-1 node-2": "connection_refused" });
  expect(otherFaults).toEqual(["node-1 echo node-2 is connection_refused; may be connect_timeout"]);
});

test("an agent that can report must not be missing, and one that cannot must be, for the right reason", () => {
  const silence = { kind: "redis-unreachable", node: "node-2" };
  const unknown = { "node-2": "not_probed" } as const;
  expect(judge(null, unknown, missing("node-2", "silent")).otherFaults).toEqual([
    "node-2 is missing (silent), though it can report",
  ]);
  expect(judge(silence, {}).otherFaults).toContain(
    "node-2 is not missing, though it cannot report",
  );
  expect(judge(silence, unknown, missing("node-2", "unreachable")).otherFaults).toEqual([
    "node-2 is missing as unreachable; it should be silent",
  ]);
  expect(wrongOf(judge(silence, unknown, missing("node-2", "silent")))).toEqual([]);
});

/** Both nodes of a pair see a node that is down as it is, and a round says why that is no failure; or it does not. */
function judgeDown(faults: readonly FaultSpec[], planned: Result["planned"]) {
  const results = NODES.flatMap((from) =>
    NODES.map((to): Result => {
      if (from === "node-3") return result(from, to, "not_probed");
      const found = result(from, to, to === "node-3" ? "connect_timeout" : "ok");
      return found.ok || planned === undefined ? found : { ...found, planned };
    }),
  );
  const round = { id: 1, missing: [missing("node-3", "unreachable")] } as unknown as RoundHead;
  const effects = faults.map((fault) => effectOf(fault));
  return wrongOf(judgeRound({ round, results }, effects, NODES));
}

const DOWN = { kind: "node-down", node: "node-3" };

test("that a node is NotReady is no plan: what fails there must not be excused by it", () => {
  const notReady = { kind: "not-ready", node: "node-3" };
  expect(judgeDown([notReady, DOWN], undefined)).toEqual([]);
  expect(judgeDown([notReady, DOWN], "node_not_ready")).toContain(
    "node-1 echo node-3 is connect_timeout, and marked as planned (node_not_ready), which it is not",
  );
});

test.each([
  ["cordoned", "node_cordoned"],
  ["leaving", "node_leaving"],
  ["shutting-down", "node_shutting_down"],
] as const)("a node that is %s is planned, and its failures must say so", (kind, planned) => {
  const faults = [{ kind, node: "node-3" }, DOWN];
  expect(judgeDown(faults, planned)).toEqual([]);
  expect(judgeDown(faults, undefined)).toContain(
    "node-1 echo node-3 is connect_timeout, and not marked as planned",
  );
});
