import { setTimeout as sleep } from "node:timers/promises";
import type { LocalCluster } from "@netchecker/testbed/loopback/local-cluster";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  aClusterOnRequest,
  openRound,
  type Results,
  storedRoundAfter,
} from "./support/a-cluster.ts";

/**
 * A round waits 45 s for a silent agent. Kubernetes calls a node NotReady 30 to 55 s after its
 * death. Here all these times are divided by the same factor. The node dies just before a round
 * opens, and Kubernetes notices within that round.
 */
const SPEED = 6;
const ROUND_TIMEOUT_MS = 45_000 / SPEED;

const DEAD = "node-4";
let cluster: LocalCluster;
let first: Results;

beforeAll(async () => {
  cluster = await aClusterOnRequest({
    nodes: 4,
    controlPlaneSpeed: SPEED,
    // As before Kubernetes 1.32, and as many clusters still have it, so that it is certainly within
    // the round.
    controlPlane: { graceMs: 40_000 },
    env: { netchecker: { ROUND_TIMEOUT_MS: String(ROUND_TIMEOUT_MS) } },
  });
});
afterAll(() => cluster?.stop());

/** The rows of other nodes' agents about the dead node that are not ok. */
const aboutTheDead = ({ results }: Results) =>
  results.filter(({ from, to, ok }) => from.node !== DEAD && to.node === DEAD && ok !== true);

describe("a node dies just before a round opens, and Kubernetes calls it NotReady within that round", () => {
  it("the round waits for its agent until the timer fires, and none of the failures is planned", async () => {
    // Late in the heartbeat's period, so that Kubernetes notices sooner.
    const node = cluster.node(DEAD);
    const { heartbeatMs } = cluster.times;
    await vi.waitUntil(() => Date.now() - node.heartbeatAt > 0.5 * heartbeatMs, { interval: 10 });
    await cluster.break(DEAD, "node-dead");
    const id = await openRound(cluster);
    expect(node.readiness).toBe("True");
    await vi.waitUntil(() => node.readiness === "Unknown", { timeout: 15_000, interval: 10 });
    const noticedAt = Date.now();

    first = await storedRoundAfter(cluster, id - 1);
    const { round } = first;
    expect(noticedAt).toBeLessThan(Date.parse(round.finishedAt!));
    expect(round).toMatchObject({ id, closedBy: "timer", expected: 4, reported: 3 });
    expect(round.missing).toMatchObject([{ node: DEAD, why: "unreachable", planned: null }]);
    const rows = aboutTheDead(first);
    expect(rows.filter(({ check }) => check === "echo")).toHaveLength(3);
    expect(rows.map(({ planned }) => planned)).toEqual(rows.map(() => undefined));
    expect(first.summary.pod.planned).toBe(0);
    expect(first.summary.pod.failed).toBeGreaterThanOrEqual(3);
  });

  it("the node is down and critical in that round and in the following ones, also when Kubernetes knows", async () => {
    const second = await storedRoundAfter(cluster, (await openRound(cluster)) - 1);
    expect(cluster.node(DEAD).readiness).toBe("Unknown");
    expect(cluster.node(DEAD).pods.ping.ready).toBe(false);
    for (const { findings } of [first, second]) {
      const alarms = findings.filter(({ severity }) => severity === "critical");
      expect(alarms).toMatchObject([{ kind: "node-down", nodes: [DEAD] }]);
    }
    expect(second.round.missing).toMatchObject([{ node: DEAD, planned: null }]);
    expect(aboutTheDead(second).every(({ planned }) => planned === undefined)).toBe(true);
  });

  it("if somebody cordons it, it is planned", async () => {
    await cluster.break(DEAD, "cordoned");
    const round = await storedRoundAfter(cluster, (await openRound(cluster)) - 1);
    expect(round.round.missing).toMatchObject([{ node: DEAD, planned: "node_cordoned" }]);
    expect(new Set(aboutTheDead(round).map(({ planned }) => planned))).toEqual(
      new Set(["node_cordoned"]),
    );
    await cluster.heal(DEAD, "cordoned");
  });

  it("when it is back, it is probed again and ok", async () => {
    await cluster.heal(DEAD, "node-dead");
    await sleep(500);
    const round = await storedRoundAfter(cluster, (await openRound(cluster)) - 1);
    expect(round.round).toMatchObject({ closedBy: "reports", expected: 4, reported: 4 });
    expect(round.results.filter(({ ok }) => ok !== true)).toEqual([]);
  });
});
