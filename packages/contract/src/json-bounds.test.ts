import { describe, expect, it } from "vitest";
import { brokenBound } from "./json-bounds.ts";

const BOUNDS = { depth: 3, containers: 5, values: 10 };

describe("brokenBound", () => {
  it.each([
    ["arrays inside each other", "[[[[]]]]", "depth"],
    ["objects inside each other", '{"a":{"a":{"a":{}}}}', "depth"],
    ["many arrays side by side", "[[],[],[],[],[]]", "containers"],
    ["many elements", "[1,2,3,4,5,6,7,8,9,10,11]", "values"],
    ["many members", `{${Array.from({ length: 11 }, (_, at) => `"${at}":0`).join()}}`, "values"],
  ])("finds %s", (_what, text, bound) => {
    expect(brokenBound(text, BOUNDS)).toBe(bound);
  });

  it.each([
    ["brackets and commas inside a string", '["[[[[[[","{{{{{{",",,,,,,,,,,,,"]'],
    ["a string with quotes and backslashes", String.raw`["\"[[[[[[","\\","\\\"[[[[[["]`],
    ["brackets after closed ones", "[[[]],[[]]]"],
    ["a string that does not end", '["[[[[[['],
    ["a text that is not JSON", "]]]]}}}} nonsense"],
    ["an empty text", ""],
  ])("is not misled by %s", (_what, text) => {
    expect(brokenBound(text, BOUNDS)).toBeNull();
  });

  it("counts the same as a parser, in random texts", () => {
    let state = 7;
    const random = (below: number) => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) % below;
    const draw = (depth: number): unknown => {
      const kind = depth === 0 ? 2 + random(2) : random(4);
      const members = Array.from({ length: random(4) }, (_, at) => [`"${at}`, draw(depth - 1)]);
      if (kind === 0) return members.map(([, value]) => value);
      if (kind === 1) return Object.fromEntries(members as [string, unknown][]);
      return kind === 2 ? random(100) : '\\"[{,'.slice(random(6));
    };
    for (let round = 0; round < 500; round += 1) {
      const value = draw(5);
      const text = JSON.stringify(value);
      const { depth, containers } = measure(value);
      const roomy = { depth, containers, values: Infinity };
      expect(brokenBound(text, roomy)).toBeNull();
      if (depth > 0) expect(brokenBound(text, { ...roomy, depth: depth - 1 })).toBe("depth");
      if (containers > 0)
        expect(brokenBound(text, { ...roomy, containers: containers - 1 })).toBe("containers");
    }
  });
});

function measure(value: unknown): { depth: number; containers: number } {
  if (typeof value !== "object" || value === null) return { depth: 0, containers: 0 };
  const inside = Object.values(value).map(measure);
  return {
    depth: 1 + Math.max(0, ...inside.map(({ depth }) => depth)),
    containers: 1 + inside.reduce((sum, { containers }) => sum + containers, 0),
  };
}
