import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { COMMANDS } from "../../src/commands/lab/run-lab.ts";
import { KIND_NAMES } from "../../src/faults/read-fault.ts";

const read = (name: string) =>
  readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), "utf8");
const page = read("fault-lab.md");

test("docs/fault-lab.md names every kind of fault in its table, and no other", () => {
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  const named = rows.flatMap((row) =>
    [...row.split("|")[1]!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
  );
  const places = new Set(["node-3", "control"]);
  expect(named.filter((name) => !places.has(name)).toSorted()).toEqual([...KIND_NAMES].toSorted());
});

test.each(["fault-lab.md", "what-a-fault-looks-like.md"])(
  "docs/%s uses commands that there are",
  (file) => {
    const used = [...read(file).matchAll(/pnpm lab ([a-z]+)/g)].map(([, name]) => name!);
    expect(used.length).toBeGreaterThan(10);
    for (const name of new Set(used)) expect(COMMANDS).toHaveProperty(name);
  },
);
