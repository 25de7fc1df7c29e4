import type { LocalCluster } from "@netchecker/testbed/loopback/local-cluster";
import { startLocalCluster } from "@netchecker/testbed/loopback/start-local-cluster";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { lastResults, type Results } from "./support/a-cluster.ts";

/** Rounds are shorter than a minute here, and Kubernetes is faster by the same factor. */
const INTERVAL_MS = 4_000;
const NODES = 6;
const ZONE_B = ["node-2", "node-5"];

let cluster: LocalCluster;

beforeAll(async () => {
  cluster = await startLocalCluster({ nodes: NODES, intervalMs: INTERVAL_MS, port: 0, zones: 3 });
});
afterAll(() => cluster?.stop());

/** The first of the following rounds that passes `check`. */
const aRoundWith = (check: (results: Results) => void): Promise<Results> =>
  vi.waitFor(
    async () => {
      const results = await lastResults(cluster);
      check(results);
      return results;
    },
    { timeout: 60_000, interval: 200 },
  );

const alarms = ({ findings }: Results) =>
  findings.filter(
    ({ severity, planned, state }) => severity !== "info" && !planned && state !== "recovered",
  );

const all = (what: "die" | "boot", names: readonly string[]) =>
  Promise.all(names.map((name) => cluster.node(name)[what]()));

describe("a kubelet that dies alone", () => {
  it("is named as such: its pods answer, and no finding says that the node is down", async () => {
    await aRoundWith(({ verdict }) => expect(verdict?.verdict).toBe("ok"));
    await cluster.break("node-3", "kubelet-dead");
    const told = await aRoundWith((results) => {
      expect(cluster.node("node-3").readiness).toBe("Unknown");
      expect(alarms(results)).toMatchObject([{ kind: "not-ready", nodes: ["node-3"] }]);
    });
    expect(told.verdict).toMatchObject({ verdict: "failing" });
    expect(told.summary.pod.failed).toBe(0);
    const [finding] = alarms(told);
    expect(finding!.summary).toMatch(/^node-3: .*kubelet.*Kubernetes .*NotReady since/s);
    expect(finding!.summary).not.toMatch(/down|no node reaches/);
    await cluster.heal("node-3", "kubelet-dead");
    await aRoundWith(({ verdict }) => expect(verdict?.verdict).toBe("ok"));
  }, 120_000);
});

describe("a zone that dies", () => {
  it("is one critical finding that names the zone, before and after Kubernetes knows", async () => {
    await all("die", ZONE_B);
    const isTold = (results: Results) => {
      const critical = alarms(results).filter(({ severity }) => severity === "critical");
      expect(critical).toHaveLength(1);
      expect(critical[0]!.nodes).toEqual(ZONE_B);
      expect(critical[0]!.summary).toContain("zone-b");
      expect(results.verdict).toMatchObject({
        verdict: "failing",
        sentence: expect.stringContaining("only 4 of 6 agents reported"),
      });
      return critical[0]!;
    };
    const first = await aRoundWith((results) => {
      isTold(results);
      expect(alarms(results)).toHaveLength(1);
    });
    const noticed = await aRoundWith((results) => {
      for (const name of ZONE_B) expect(cluster.node(name).readiness).toBe("Unknown");
      isTold(results);
      expect(results.round.id).toBeGreaterThan(first.round.id + 2);
    });
    expect(isTold(noticed).id).toBe(isTold(first).id);
    expect(noticed.results.filter(({ planned }) => planned)).toEqual([]);
  }, 120_000);

  it("with two more dead nodes, so four of six, the verdict is still failing and not unmeasured", async () => {
    await all("die", ["node-1", "node-6"]);
    // A round in which the nodes die names the ones that it found dead. The next round names all.
    await aRoundWith((results) => {
      expect(results.verdict).toMatchObject({
        verdict: "failing",
        sentence: expect.stringContaining("only 2 of 6 agents reported"),
      });
      const named = new Set(alarms(results).flatMap(({ nodes }) => nodes));
      for (const name of [...ZONE_B, "node-1", "node-6"]) expect(named).toContain(name);
    });
  }, 120_000);

  it("is over when its nodes are back", async () => {
    await all("boot", [...ZONE_B, "node-1", "node-6"]);
    await aRoundWith((results) => {
      expect(results.verdict?.verdict).toBe("ok");
      expect(results.round.reported).toBe(NODES);
    });
  }, 120_000);
});
