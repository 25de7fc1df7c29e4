import type { State } from "@netchecker/contract";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { aServed } from "../../tests/support/a-served.ts";
import { Changes } from "../changes.ts";
import { StateFeed } from "./state-feed.ts";

const KEEPER = { last: null, latest: null } as never;

let looks: number;
let redisAwaySince: number | null;
let changes: Changes;
let feed: StateFeed;

beforeEach(() => {
  vi.useFakeTimers();
  looks = 0;
  redisAwaySince = null;
  changes = new Changes();
  const clusterStaleSince = () => {
    looks += 1;
    return null;
  };
  const away = () => redisAwaySince;
  feed = new StateFeed(aServed(KEEPER, { changes, clusterStaleSince, redisAwaySince: away }));
});
afterEach(() => void vi.useRealTimers());

it("compares the state once a second while somebody listens, and never otherwise", () => {
  vi.advanceTimersByTime(10_000);
  changes.tell();
  vi.advanceTimersByTime(10_000);
  expect(looks).toBe(0);
  const ends = [feed.listen(() => {}), feed.listen(() => {})];
  const before = looks;
  vi.advanceTimersByTime(5_000);
  expect(looks - before).toBe(5);
  for (const end of ends) end();
  const after = looks;
  changes.tell();
  vi.advanceTimersByTime(10_000);
  expect(looks).toBe(after);
  expect(vi.getTimerCount()).toBe(0);
});

it("tells a new listener the state at once, and tells all listeners each new state", () => {
  const heard: State[][] = [[], []];
  feed.listen((state) => void heard[0]!.push(state));
  redisAwaySince = 1_000;
  feed.listen((state) => void heard[1]!.push(state));
  changes.tell();
  changes.tell();
  vi.advanceTimersByTime(0);
  const told = heard.map((states) => states.map((state) => state.redisAwaySince));
  const since = "1970-01-01T00:00:01.000Z";
  expect(told).toEqual([
    [null, since],
    [since, since],
  ]);
});

it("tells nothing while only the time changes", () => {
  let heard = 0;
  feed.listen(() => (heard += 1));
  vi.advanceTimersByTime(5_000);
  changes.tell();
  vi.advanceTimersByTime(5_000);
  expect(heard).toBe(1);
});
