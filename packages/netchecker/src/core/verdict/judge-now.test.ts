import type { RoundHead } from "@netchecker/contract";
import { describe, expect, it } from "vitest";
import { aClosedRound, aView } from "@netchecker/round/testing/a-round";
import { roundWithoutResult } from "@netchecker/round/round-without-result";
import { judgeNow, type OwnState } from "./judge-now.ts";

const INTERVAL_MS = 60_000;
const CLOSED_AT = Date.parse("2026-11-22T23:51:11.166Z");

const ROUND: RoundHead = {
  ...aClosedRound(aView(3)).head,
  verdict: {
    verdict: "ok",
    sentence: "all checks ok.",
    since: "2026-11-22T20:00:00.000Z",
    reason: null,
  },
};

const judge = (with_: Partial<OwnState>) =>
  judgeNow({
    at: CLOSED_AT + 10_000,
    startedAt: CLOSED_AT - 3_600_000,
    intervalMs: INTERVAL_MS,
    latest: ROUND,
    last: ROUND,
    holder: null,
    redis: null,
    clusterUnseen: null,
    nodes: 3,
    ...with_,
  });

const LATER = CLOSED_AT + 3 * INTERVAL_MS + 1;

describe("now's verdict", () => {
  it("is that of the last round for three intervals after its close, whatever else is wrong", () => {
    expect(judge({})).toEqual(ROUND.verdict);
    const trouble = { kind: "away", sentence: "Redis does not answer" } as const;
    expect(judge({ at: LATER - 1, redis: trouble })).toEqual(ROUND.verdict);
  });

  it("names the fault of Redis as the reason if nobody could report", () => {
    const since = "2026-11-22T23:51:11.166Z";
    const sentence = "Redis was away.";
    const verdict = { verdict: "unmeasured", sentence, since, reason: "agents_unheard" } as const;
    const redis = { kind: "away", sentence: "nothing listens at Redis' address" } as const;
    const latest = { ...ROUND, verdict };
    expect(judge({ latest })).toEqual(verdict);
    expect(judge({ latest, redis })).toEqual({
      verdict: "unmeasured",
      sentence: "nothing listens at Redis' address.",
      since,
      reason: "redis_away",
    });
  });

  it("is not that of a round from the future, which a wrong clock closed", () => {
    expect(judge({ at: CLOSED_AT - INTERVAL_MS - 1 }).verdict).toBe("unmeasured");
    expect(judge({ at: CLOSED_AT - 1_000 }).verdict).toBe("ok");
  });

  it("is unmeasured after three intervals, since the close of the last round", () => {
    expect(judge({ at: LATER })).toMatchObject({
      verdict: "unmeasured",
      reason: "rounds_stopped",
      since: ROUND.finishedAt,
    });
  });

  it.each([
    ["redis_away", "away"],
    ["redis_refuses", "refuses"],
    ["redis_loses_large", "loses_large"],
  ] as const)("says %s where Redis is to blame", (reason, kind) => {
    const redis = { kind, sentence: "Redis is a read-only replica: look at it" };
    expect(judge({ at: LATER, redis })).toMatchObject({
      reason,
      sentence: "no round has closed since round 7: Redis is a read-only replica: look at it.",
    });
  });

  it("says why the last round failed, if no obstacle is known", () => {
    const run = { id: 9, startedAt: LATER - 5_000, finishedAt: LATER - 4_000 };
    const last = roundWithoutResult(run, "failed", "could not be published: no idea");
    expect(judge({ at: LATER, last }).sentence).toBe(
      "no round has closed since round 7: round 9 could not be published: no idea.",
    );
  });

  it("says that no node is known, even if a round was measured earlier", () => {
    expect(judge({ at: LATER, nodes: 0 }).reason).toBe("no_nodes");
    expect(judge({ latest: null, last: null, nodes: 0 }).reason).toBe("no_nodes");
  });

  it("says that the API server was never seen, and why", () => {
    const unseen = "connect ECONNREFUSED 10.96.0.1:443";
    const never = { latest: null, last: null, clusterUnseen: { why: unseen }, nodes: 0 };
    expect(judge({ ...never, startedAt: CLOSED_AT }).reason).toBe("first_round_pending");
    expect(judge(never)).toMatchObject({
      reason: "cluster_unseen",
      sentence: expect.stringContaining(unseen),
    });
  });

  it("is unmeasured until the first round has closed, since netchecker's start", () => {
    expect(judge({ latest: null, last: null, startedAt: CLOSED_AT })).toEqual({
      verdict: "unmeasured",
      reason: "first_round_pending",
      sentence: "the first round is yet to close.",
      since: new Date(CLOSED_AT).toISOString(),
    });
  });

  it("names a fault of Redis before the first round, even while the API server has not answered yet", () => {
    const redis = { kind: "away", sentence: "nothing listens at Redis' address" } as const;
    const start = { latest: null, last: null, startedAt: CLOSED_AT, clusterUnseen: { why: null } };
    expect(judge(start).sentence).toBe("the first round is yet to close.");
    expect(judge({ ...start, redis })).toMatchObject({
      reason: "first_round_pending",
      sentence: "the first round is yet to close: nothing listens at Redis' address.",
    });
  });

  it("says that netchecker has just started, and names the last round before it", () => {
    expect(judge({ at: LATER, startedAt: LATER - 1_000 })).toMatchObject({
      reason: "first_round_pending",
      since: ROUND.finishedAt,
      sentence: expect.stringContaining("; the last one before was round 7."),
    });
  });

  const holder = { pod: "netchecker-abc", cluster: null, clusterName: null, sameCluster: true };

  it("says that another netchecker holds the lease, however fresh the last round is", () => {
    expect(judge({ holder })).toMatchObject({
      verdict: "unmeasured",
      reason: "lease_held",
      sentence: expect.stringMatching(/netchecker-abc, holds the lease\. This one stands by/),
      since: null,
    });
  });

  it("tells a holder of another cluster from one of the same cluster", () => {
    const other = { ...holder, cluster: "uid", clusterName: "prod-eu", sameCluster: false };
    expect(judge({ holder: other }).sentence).toContain("of the cluster prod-eu, holds the lease");
  });
});
