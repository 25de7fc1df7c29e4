import { expect, test } from "vitest";
import { TokenBucket } from "./token-bucket.ts";

test("lets a burst through at once, and after that a fixed number per second", () => {
  const bucket = new TokenBucket(2, 10, 0);
  const taken = (now: number) => {
    let count = 0;
    while (bucket.take(now)) count += 1;
    return count;
  };
  expect(taken(0)).toBe(10);
  expect(taken(499)).toBe(0);
  expect(taken(2_000)).toBe(4);
  expect(taken(1_000_000)).toBe(10);
});

test("reserve says how long to wait for the token", () => {
  const bucket = new TokenBucket(100, 2, 0);
  expect([0, 0, 0, 0].map((now) => bucket.reserve(now))).toEqual([0, 0, 10, 20]);
  expect(bucket.reserve(1_000)).toBe(0);
});
