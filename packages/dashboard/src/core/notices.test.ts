import { type State, UNMEASURED_REASONS } from "@netchecker/contract";
import { expect, it } from "vitest";
import { noticesOf } from "./notices.ts";

const NOW = Date.parse("2026-11-22T12:00:00Z");
const at = (secondsAgo: number) => new Date(NOW - secondsAgo * 1_000).toISOString();

const WELL: State = {
  now: at(0),
  verdict: { verdict: "ok", sentence: "all checks ok.", since: at(600), reason: null },
  intervalMs: 60_000,
  last: { id: 42, state: "closed", at: at(37) },
  shown: { id: 42, at: at(37) },
  open: null,
  clusterSynced: true,
  clusterViewStaleSince: null,
  redisAwaySince: null,
};
const LIVE = { is: "live" } as const;
const LOST = { is: "lost", since: NOW - 12_000, why: "the connection failed." } as const;
const unmeasured = (reason: (typeof UNMEASURED_REASONS)[number]) =>
  ({ verdict: "unmeasured", sentence: "…", since: at(600), reason }) as const;

function texts(
  state: Partial<State>,
  { connection = LIVE as Parameters<typeof noticesOf>[1], isNow = true } = {},
): string[] {
  return noticesOf({ ...WELL, ...state }, connection, isNow, NOW).map(({ text }) => text);
}

it("says nothing while the data is fresh, by events or by polling", () => {
  expect(texts({})).toEqual([]);
  expect(texts({}, { connection: { is: "polling" } })).toEqual([]);
});

it("says what is away and for how long, if the verdict does not say it", () => {
  expect(texts({ redisAwaySince: at(90) })).toEqual([
    "Redis has not answered for 90 s: no round can run until it is back.",
  ]);
  expect(texts({ redisAwaySince: at(90), verdict: unmeasured("no_agent_reported") })).toHaveLength(
    1,
  );
  expect(texts({ clusterViewStaleSince: at(300) })).toEqual([
    "The API server has not answered for 5 min: nodes and pods that came since are not probed.",
  ]);
});

it("does not repeat what the verdict says, nor that the round is old", () => {
  expect(texts({ redisAwaySince: at(90), verdict: unmeasured("redis_away") })).toEqual([]);
  expect(texts({ clusterSynced: false, verdict: unmeasured("cluster_unseen") })).toEqual([]);
  const failed = { id: 43, state: "failed", at: at(3) } as const;
  expect(texts({ last: failed, verdict: unmeasured("rounds_stopped") })).toEqual([]);
  expect(texts({ shown: { id: 42, at: at(3_600) } })).toEqual([]);
});

it("says it beside a past round, whose verdict is not about now", () => {
  const away = { redisAwaySince: at(90), verdict: unmeasured("redis_away") };
  expect(texts(away, { isNow: false })).toHaveLength(1);
  expect(texts({}, { connection: LOST, isNow: false })).toEqual([
    "netchecker has not answered for 12 s: the connection failed.",
  ]);
  expect(texts({}, { connection: LOST })).toEqual([]);
});

it("says why a newer round has no result", () => {
  expect(texts({ last: { id: 43, state: "failed", at: at(3) } })).toEqual([
    "Round 43 has no result: it could not be published.",
  ]);
});

it("says nothing that netchecker said before it became silent", () => {
  expect(texts({ redisAwaySince: at(90) }, { connection: LOST })).toEqual([]);
  expect(noticesOf(null, { is: "connecting" }, true, NOW)).toEqual([]);
});
