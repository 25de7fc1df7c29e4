import type { LocalCluster } from "@netchecker/testbed/loopback/local-cluster";
import { startLocalCluster } from "@netchecker/testbed/loopback/start-local-cluster";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { lastResults, notOk, type Results, storedRoundAfter } from "./support/a-cluster.ts";

let cluster: LocalCluster;

beforeAll(async () => {
  cluster = await startLocalCluster({ nodes: 3, intervalMs: 2_000, port: 0 });
});
afterAll(() => cluster?.stop());

/** The nodes that a round was planned for, and that answered it. */
const sources = ({ results }: Results) =>
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
  it("rounds go on with the last view, and say since when it is stale", async () => {
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
    // Who is gone is still asked for, who is new is not known yet.
    expect(last.round.missing).toMatchObject([{ node: "node-2" }]);
    expect(sources(last)).toEqual(["node-1", "node-3"]);
  });

  it("back, with its history gone, it is listed again: what came and went meanwhile is seen", async () => {
    cluster.apiServer.compact();
    await cluster.apiServer.start();
    const fresh = await untilRound(({ round }) => {
      expect(round.clusterViewStaleSince).toBeNull();
      expect(round.closedBy).toBe("reports");
    });
    expect(fresh.round).toMatchObject({ expected: 3, reported: 3, missing: [] });
    expect(sources(fresh)).toEqual(["node-1", "node-3", "node-4"]);
    expect(notOk(fresh)).toEqual([]);
  });

  it("open watches that end with a 410 are made anew, by a list, and go on telling", async () => {
    const lists = () => cluster.apiServer.requests.get("list nodes") ?? 0;
    const listed = lists();
    // A watch that is up to date has nothing to fear: only what fell behind is told that it expired.
    cluster.apiServer.hang();
    await cluster.removeNode("node-4");
    cluster.apiServer.compact();
    cluster.apiServer.resume();
    // So soon after an outage it may wait as long as it did before the last answer.
    await vi.waitFor(() => expect(lists()).toBeGreaterThan(listed), { timeout: 25_000 });
    const smaller = await untilRound(({ round }) =>
      // Each of the three watches comes back by itself.
      expect(round).toMatchObject({ expected: 2, clusterViewStaleSince: null }),
    );
    expect(smaller.round.missing).toEqual([]);
    expect(sources(smaller)).toEqual(["node-1", "node-3"]);
    expect(notOk(smaller)).toEqual([]);
  });
});
