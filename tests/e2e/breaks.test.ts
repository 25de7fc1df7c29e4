import type { BreakKind } from "@netchecker/testbed/loopback/breaks";
import type { LocalCluster } from "@netchecker/testbed/loopback/local-cluster";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aClusterOnRequest, aRound, notOk, type Results } from "./support/a-cluster.ts";

const NODES = ["node-1", "node-2", "node-3", "node-4", "node-5"];

let cluster: LocalCluster;

beforeAll(async () => {
  cluster = await aClusterOnRequest({ nodes: NODES.length });
});
afterAll(() => cluster?.stop());

/** A round with one thing broken. The thing is healed afterwards. */
async function aRoundWith(kind: BreakKind, node: string): Promise<Results> {
  await cluster.break(node, kind);
  try {
    return await aRound(cluster);
  } finally {
    await cluster.heal(node, kind);
  }
}

const fromEach = (what: string) => NODES.map((from) => `${from} ${what}`);
/** The unknown rows of one agent that did not report. */
const nothingFrom = (node: string) =>
  [
    ...NODES.flatMap((to) => ["echo", "tcp", "nodeport"].map((check) => `${check} ${to}`)),
    "clusterip pong-svc",
    "dns pong-svc.netchecker.svc.cluster.local",
    `connect ${cluster.netchecker.spec.env["EXTERNAL_TARGETS"]}`,
  ].map((what) => `${node} ${what}: not_probed (unknown)`);

/** The rows of a round that were not measured. The API only lists them when asked. */
async function unknownIn({ round }: Results): Promise<string[]> {
  const response = await cluster.fetch(`/rounds/${round.id}/results?ok=unknown`);
  return notOk((await response.json()) as Results);
}

const WHOLE = { closedBy: "reports", expected: 5, reported: 5, missing: [] };

describe("broken at run time", () => {
  it("pong-down: its pod refuses, its NodePort is silent, everything else is ok", async () => {
    const round = await aRoundWith("pong-down", "node-3");
    expect(round.round).toMatchObject(WHOLE);
    expect(notOk(round)).toEqual(
      [
        ...fromEach("echo node-3: connection_refused"),
        ...fromEach("nodeport node-3: response_timeout"),
      ].toSorted(),
    );
  });

  it("pong-hung: it accepts and never answers anybody, and the round closes by reports", async () => {
    const round = await aRoundWith("pong-hung", "node-3");
    expect(round.round).toMatchObject(WHOLE);
    expect(notOk(round)).toEqual(
      [
        ...fromEach("echo node-3: response_timeout"),
        ...fromEach("nodeport node-3: response_timeout"),
      ].toSorted(),
    );
    const tried = round.results.filter(({ ok }) => ok === false).map(({ attempts }) => attempts);
    expect(new Set(tried)).toEqual(new Set([3]));
  });

  it("ping-down: its agent is missing as not ready, the round does not wait for it, its rows are unknown if asked for", async () => {
    const pod = cluster.node("node-2").pods.ping.name;
    const round = await aRoundWith("ping-down", "node-2");
    expect(round.round).toMatchObject({
      closedBy: "reports",
      expected: 5,
      reported: 4,
      missing: [{ pod, node: "node-2", why: "pod_not_ready", planned: null }],
    });
    expect(notOk(round)).toEqual([]);
    expect(await unknownIn(round)).toEqual(nothingFrom("node-2").toSorted());
  });

  it("ping-silent: its agent is missing as silent when the timer fires, and its pong is ok for everybody", async () => {
    const pod = cluster.node("node-4").pods.ping.name;
    const round = await aRoundWith("ping-silent", "node-4");
    expect(round.round).toMatchObject({
      closedBy: "timer",
      expected: 5,
      reported: 4,
      missing: [{ pod, node: "node-4", why: "silent", detail: null, planned: null }],
    });
    expect(notOk(round)).toEqual([]);
    expect(await unknownIn(round)).toEqual(nothingFrom("node-4").toSorted());
    expect(round.summary.pod).toEqual({ total: 25, ok: 20, failed: 0, unknown: 5, planned: 0 });
  });

  it.each(["not-ready", "cordoned"] as const)(
    "%s: nothing is wrong, all was probed",
    async (kind) => {
      const round = await aRoundWith(kind, "node-5");
      expect(round.round).toMatchObject(WHOLE);
      expect(notOk(round)).toEqual([]);
    },
  );

  it("a cordoned node's failures are planned: shown, and not counted as failed", async () => {
    await cluster.break("node-5", "cordoned");
    const round = await aRoundWith("pong-down", "node-5");
    await cluster.heal("node-5", "cordoned");
    const failures = round.results.filter(({ ok }) => ok === false);
    expect(failures).toHaveLength(10);
    expect(new Set(failures.map(({ planned }) => planned))).toEqual(new Set(["node_cordoned"]));
    expect(round.summary.pod).toEqual({ total: 20, ok: 20, failed: 0, unknown: 0, planned: 5 });
  });

  it("after everything is healed, the next round is complete and ok", async () => {
    const round = await aRound(cluster);
    expect(round.round).toMatchObject({ ...WHOLE, stored: true });
    expect(notOk(round)).toEqual([]);
  });
});
