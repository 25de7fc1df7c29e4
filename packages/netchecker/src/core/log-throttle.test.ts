import { expect, it } from "vitest";
import { LogThrottle } from "./log-throttle.ts";

it("each kind is said once in a while", () => {
  const rarely = new LogThrottle(60_000, 10);
  expect(rarely.allows("a", 0)).toBe(true);
  expect(rarely.allows("a", 59_999)).toBe(false);
  expect(rarely.allows("b", 1)).toBe(true);
  expect(rarely.allows("a", 60_000)).toBe(true);
});

it("a million kinds are said as often as those that are remembered, and one more", () => {
  const rarely = new LogThrottle(60_000, 10);
  let said = 0;
  for (let kind = 0; kind < 1_000_000; kind += 1) if (rarely.allows(`kind ${kind}`, 5)) said += 1;
  expect(said).toBe(11);
  // What is old makes room for what is new.
  expect(rarely.allows("kind 999999", 60_005)).toBe(true);
});
