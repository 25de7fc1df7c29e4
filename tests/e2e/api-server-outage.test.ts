import type { LocalCluster } from "@netchecker/testbed/loopback/local-cluster";
import { startLocalCluster } from "@netchecker/testbed/loopback/start-local-cluster";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { lastResults, notOk, type Results, storedRoundAfter } from "./support/a-cluster.ts";

let cluster: LocalCluster;

beforeAll(async () => {
  cluster = await startLocalCluster({ nodes: 3, intervalMs: 2_000, port: 0 });
});
afterAll(() => cluster?.stop());

/** The nodes whose agents reported in a round. */
const reportingNodes = ({ results }: Results) =>
  [...new Set(results.filter(({ ok }) => ok).map(({ from }) => from.node))].toSorted();

const untilRound = (check: (results: Results) => void) =>
  vi.waitFor(
    async () => {
      const results = await lastResults(cluster);
      check(results);
      return results;
    },
    { timeout: 25_000, interval: 100 },
  );

describe("the API server is away for three rounds", () => {
  it("rounds continue with the last view, and say since when it is stale", async () => {
    const before = await cluster.resultsAfter<Results>(0);
    expect(before.round.clusterViewStaleSince).toBeNull();
    await cluster.apiServer.stop();
    await cluster.addNode("node-4");
    await cluster.removeNode("node-2");

    const first = await untilRound(({ round }) =>
      expect(round.clusterViewStaleSince).not.toBeNull(),
    );
    let last = first;
    for (let more = 0; more < 2; more += 1) last = await storedRoundAfter(cluster, last.round.id);
    expect(last.round.id).toBe(first.round.id + 2);
    expect(last.round.stored).toBe(true);
    for (const { round } of [first, last]) {
      expect(round).toMatchObject({ state: "closed", expected: 3 });
      expect(round.clusterViewStaleSince).toBe(first.round.clusterViewStaleSince);
      expect(Date.parse(round.clusterViewStaleSince!)).toBeLessThan(Date.parse(round.startedAt));
    }
    // An agent that is gone is still expected. An agent that is new is not known yet.
    expect(last.round.missing).toMatchObject([{ node: "node-2" }]);
    expect(reportingNodes(last)).toEqual(["node-1", "node-3"]);
  });

  it("after it is back without its history, netchecker lists it again and sees all changes", async () => {
    cluster.apiServer.compact();
    await cluster.apiServer.start();
    const fresh = await untilRound(({ round }) => {
      expect(round.clusterViewStaleSince).toBeNull();
      expect(round.closedBy).toBe("reports");
    });
    expect(fresh.round).toMatchObject({ expected: 3, reported: 3, missing: [] });
    expect(reportingNodes(fresh)).toEqual(["node-1", "node-3", "node-4"]);
    expect(notOk(fresh)).toEqual([]);
  });

  it("watches that end with a 410 start again with a list and continue", async () => {
    const lists = () => cluster.apiServer.requests.get("list nodes") ?? 0;
    const listed = lists();
    // Only a watch that fell behind is told that it expired. A watch that is up to date is not.
    cluster.apiServer.hang();
    await cluster.removeNode("node-4");
    cluster.apiServer.compact();
    cluster.apiServer.resume();
    // So soon after an outage, netchecker may wait as long as it did before the last answer.
    await vi.waitFor(() => expect(lists()).toBeGreaterThan(listed), { timeout: 25_000 });
    const smaller = await untilRound(({ round }) =>
      // Each of the three watches comes back by itself.
      expect(round).toMatchObject({ expected: 2, clusterViewStaleSince: null }),
    );
    expect(smaller.round.missing).toEqual([]);
    expect(reportingNodes(smaller)).toEqual(["node-1", "node-3"]);
    expect(notOk(smaller)).toEqual([]);
  });
});
