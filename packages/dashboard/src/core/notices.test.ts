import type { State } from "@netchecker/contract";
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
const texts = (state: Partial<State>, connection: Parameters<typeof noticesOf>[1] = LIVE) =>
  noticesOf({ ...WELL, ...state }, connection, NOW).map(({ text }) => text);

it("has nothing to say while all is fresh, live or polled", () => {
  expect(texts({})).toEqual([]);
  expect(texts({}, { is: "polling" })).toEqual([]);
  expect(texts({ shown: { id: 42, at: at(120) } })).toEqual([]);
});

it("calls a round old when it ended more than two intervals ago", () => {
  expect(texts({ shown: { id: 42, at: at(121) } })).toEqual([
    "This is old: the last round with a result ended 2 min ago, and there should be one every 60 s.",
  ]);
});

it("says what is away, and for how long", () => {
  expect(texts({ redisAwaySince: at(90) })).toEqual([
    "Redis has been away for 90 s: no round can run until it is back.",
  ]);
  expect(texts({ clusterViewStaleSince: at(300) })).toEqual([
    "The API server has not answered for 5 min: nodes and pods that came since are not probed.",
  ]);
  expect(texts({}, { is: "lost", since: NOW - 12_000, why: "connection refused." })).toEqual([
    "netchecker has not answered for 12 s: connection refused. What you see is the last that it told.",
  ]);
});

it("says of a newer round without a result why there is none", () => {
  expect(texts({ last: { id: 43, state: "failed", at: at(3) } })).toEqual([
    "Round 43 has no result: it could not be published.",
  ]);
});

it("knows nothing before the first answer, and says so only of the connection", () => {
  expect(noticesOf(null, { is: "connecting" }, NOW)).toEqual([]);
  expect(noticesOf(null, { is: "lost", since: NOW, why: "no route." }, NOW)).toHaveLength(1);
});
