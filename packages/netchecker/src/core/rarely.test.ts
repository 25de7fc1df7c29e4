import { expect, it } from "vitest";
import { Rarely } from "./rarely.ts";

it("each kind is said once in a while", () => {
  const rarely = new Rarely(60_000, 10);
  expect(rarely.may("a", 0)).toBe(true);
  expect(rarely.may("a", 59_999)).toBe(false);
  expect(rarely.may("b", 1)).toBe(true);
  expect(rarely.may("a", 60_000)).toBe(true);
});

it("a million kinds are said as often as those that are remembered, and one more", () => {
  const rarely = new Rarely(60_000, 10);
  let said = 0;
  for (let kind = 0; kind < 1_000_000; kind += 1) if (rarely.may(`kind ${kind}`, 5)) said += 1;
  expect(said).toBe(11);
  // What is old makes room for what is new.
  expect(rarely.may("kind 999999", 60_005)).toBe(true);
});
