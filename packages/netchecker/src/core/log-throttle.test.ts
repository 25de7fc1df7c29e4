import { expect, it } from "vitest";
import { LogThrottle } from "./log-throttle.ts";

it("allows each kind once per pause", () => {
  const rarely = new LogThrottle(60_000, 10);
  expect(rarely.allows("a", 0)).toBe(true);
  expect(rarely.allows("a", 59_999)).toBe(false);
  expect(rarely.allows("b", 1)).toBe(true);
  expect(rarely.allows("a", 60_000)).toBe(true);
});

it("allows one line for each remembered kind, and one for the rest of a million kinds", () => {
  const rarely = new LogThrottle(60_000, 10);
  let allowed = 0;
  for (let kind = 0; kind < 1_000_000; kind += 1)
    if (rarely.allows(`kind ${kind}`, 5)) allowed += 1;
  expect(allowed).toBe(11);
  // Kinds whose pause is over make room for new ones.
  expect(rarely.allows("kind 999999", 60_005)).toBe(true);
});
