import type { RoundHead } from "@netchecker/contract";
import { expect, test } from "vitest";
import { judgeRounds, type SeenRound } from "./judge-rounds.ts";

const T0 = Date.parse("2026-11-29T00:00:00Z");
const INTERVAL = 10_000;
const stretch = { since: T0, until: T0 + 5 * INTERVAL, intervalMs: INTERVAL, complete: true };

function round(
  id: number,
  atMs: number,
  head: Partial<RoundHead> = {},
  seen: Partial<SeenRound> = {},
) {
  const startedAt = new Date(T0 + atMs).toISOString();
  const finishedAt = new Date(T0 + atMs + 2_000).toISOString();
  return {
    head: {
      id,
      state: "closed",
      stored: true,
      failure: null,
      expected: 5,
      reported: 5,
      startedAt,
      finishedAt,
      ...head,
    } as RoundHead,
    servedAt: T0 + atMs + 2_500,
    sentAt: T0 + atMs + 1_000,
    ...seen,
  };
}

const five = (change: (id: number) => [Partial<RoundHead>?, Partial<SeenRound>?] = () => []) =>
  [1, 2, 3, 4, 5].map((id) => round(id, (id - 1) * INTERVAL + 500, ...change(id)));
const third = (head: Partial<RoundHead>, seen: Partial<SeenRound> = {}) =>
  five((id) => (id === 3 ? [head, seen] : []));

test("a round that is closed, stored, complete and served in time is not lost", () => {
  expect(judgeRounds(five(), stretch)).toEqual({ due: 5, lost: [] });
});

test.each([
  [
    "failed, with a reason",
    third({ state: "failed", failure: "Redis is away." }),
    "round 3 failed: Redis is away.",
  ],
  ["measured and not stored", third({ stored: false }), "round 3 not stored"],
  ["incomplete", third({ reported: 3 }), "round 3 without 2 agents' reports"],
  ["never served", third({}, { servedAt: null }), "round 3 not served"],
  ["served late", third({}, { servedAt: T0 + 3.5 * INTERVAL }), "round 3 served after 14.5 s"],
])("a round that is %s is lost", (_what, rounds, why) => {
  expect(judgeRounds(rounds, stretch).lost).toEqual([why]);
});

test("rounds that did not start count as lost, also the first and the last", () => {
  const without = (...gone: number[]) => five().filter(({ head }) => !gone.includes(head.id));
  expect(judgeRounds(without(3), stretch).lost).toEqual(["a round did not start"]);
  expect(judgeRounds(without(2, 3), stretch).lost).toHaveLength(2);
  expect(judgeRounds(without(1, 2, 3, 4, 5), stretch).lost).toHaveLength(4);
});

test("a round is not lost if its reports were not sent in time, if some may be missing, or if it has just started", () => {
  expect(judgeRounds(third({ reported: 3 }, { sentAt: null }), stretch).lost).toEqual([]);
  expect(judgeRounds(third({ reported: 3 }), { ...stretch, complete: false }).lost).toEqual([]);
  const last = five((id) =>
    id === 5 ? [{ state: "open", stored: false }, { servedAt: null }] : [],
  );
  expect(judgeRounds(last, stretch).lost).toEqual([]);
});
