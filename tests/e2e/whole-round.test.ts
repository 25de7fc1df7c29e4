import {
  type Result,
  ResultSchema,
  RoundHeadSchema,
  SummarySchema,
  type TargetType,
} from "@netchecker/contract";
import type { LocalCluster } from "@netchecker/testbed/loopback/local-cluster";
import { Compile } from "typebox/compile";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aClusterOnRequest, type Results, storedRoundAfter } from "./support/a-cluster.ts";

const NODES = ["node-1", "node-2", "node-3", "node-4", "node-5"];

let cluster: LocalCluster;
let round: Results;

beforeAll(async () => {
  cluster = await aClusterOnRequest({ nodes: NODES.length });
  round = await storedRoundAfter(cluster, 0);
});
afterAll(() => cluster?.stop());

const rowsOf = (type: TargetType, check: Result["check"]) =>
  round.results.filter((row) => row.type === type && row.check === check);

const allOk = (total: number) => ({ total, ok: total, failed: 0, unknown: 0, planned: 0 });

/** Each pair of an agent's node and a target's node, once. */
const pairs = (rows: readonly Result[]) =>
  rows.map(({ from, to }) => `${from.node} ${to.node}`).toSorted();
const EVERY_PAIR = NODES.flatMap((from) => NODES.map((to) => `${from} ${to}`)).toSorted();

describe("a whole round of 5 nodes", () => {
  it("is the first one, closed by the reports of all agents, and stored", () => {
    expect(round.round).toMatchObject({
      id: 1,
      state: "closed",
      closedBy: "reports",
      expected: 5,
      reported: 5,
      missing: [],
      dropped: { late: 0, repeated: 0, unknownAgent: 0, invalid: 0 },
      clusterViewStaleSince: null,
      stored: true,
    });
    // On a busy machine an agent may say that it lacked CPU. That is not an alarm.
    expect(round.findings.filter(({ severity }) => severity !== "info")).toEqual([]);
    expect(round.notices).toEqual([]);
  });

  it("has the shape that the contract promises, in each row", () => {
    expect(Compile(RoundHeadSchema).Errors(round.round)).toEqual([]);
    expect(Compile(SummarySchema).Errors(round.summary)).toEqual([]);
    const row = Compile(ResultSchema);
    for (const result of round.results)
      expect(row.Errors(result), JSON.stringify(result)).toEqual([]);
    // A schema that accepts everything would prove nothing.
    expect(row.Errors({ ...round.results[0], reason: "fine" })).not.toEqual([]);
  });

  it("has a summary with everything ok: 25 of 25 pod pairs", () => {
    expect(round.summary).toEqual({
      pod: allOk(25),
      node: allOk(50),
      service: allOk(10),
      external: allOk(5),
    });
    expect(round.results).toHaveLength(90);
    expect(new Set(round.results.map(({ ok, reason }) => `${ok} ${reason}`))).toEqual(
      new Set(["true ok"]),
    );
  });

  it("has a measured row for each pair of nodes: pong, kubelet and NodePort", () => {
    for (const rows of [rowsOf("pod", "echo"), rowsOf("node", "tcp"), rowsOf("node", "nodeport")]) {
      expect(pairs(rows)).toEqual(EVERY_PAIR);
      for (const { latencyMs, attempts } of rows) {
        expect(latencyMs).toBeGreaterThan(0);
        expect(attempts).toBeGreaterThan(0);
      }
    }
  });

  it("names agents and targets as the cluster knows them", () => {
    for (const { from, to } of rowsOf("pod", "echo")) {
      const source = cluster.node(from.node).pods.ping;
      const target = cluster.node(to.node!).pods.pong;
      expect(from).toEqual({ pod: source.name, node: from.node, ip: source.spec.ip });
      expect(to).toMatchObject({
        name: target.name,
        node: to.node,
        address: `${target.spec.ip}:8080`,
      });
    }
  });

  it("says which pongs answered behind the ClusterIP, and over how many connections", () => {
    const pongs = new Map(cluster.nodes.map(({ name, pods }) => [pods.pong.name, name]));
    const rows = rowsOf("service", "clusterip");
    expect(rows.map(({ from }) => from.node).toSorted()).toEqual(NODES);
    for (const { answeredBy = [], to } of rows) {
      expect(to.name).toBe("pong-svc");
      expect(answeredBy.reduce((sum, { connections }) => sum + connections, 0)).toBe(3);
      for (const { pod, node } of answeredBy) expect(pongs.get(pod!)).toBe(node);
    }
  });

  it("names each node's own pong as the answerer at its NodePort", () => {
    for (const { answeredBy, to } of rowsOf("node", "nodeport"))
      expect(answeredBy).toEqual([
        { pod: cluster.node(to.node!).pods.pong.name, node: to.node, connections: 1 },
      ]);
  });

  it("looks up the service by DNS and dials the external target, once from each node", () => {
    const [dns, outside] = [rowsOf("service", "dns"), rowsOf("external", "connect")];
    expect(dns.map(({ from }) => from.node).toSorted()).toEqual(NODES);
    expect(new Set(dns.map(({ to }) => to.name))).toEqual(
      new Set(["pong-svc.netchecker.svc.cluster.local"]),
    );
    expect(outside.map(({ from }) => from.node).toSorted()).toEqual(NODES);
  });

  it("is the same by its id, and a poll with its ETag gets a 304", async () => {
    const first = await cluster.fetch("/results");
    expect(await first.json()).toEqual(round);
    const headers = { "if-none-match": first.headers.get("etag")! };
    expect((await cluster.fetch("/results", { headers })).status).toBe(304);
  });

  it("can be shown as text for people", async () => {
    const text = await (await cluster.fetch("/results?format=text")).text();
    expect(text).toContain("Round 1");
    for (const node of NODES) expect(text).toContain(node);
  });
});
