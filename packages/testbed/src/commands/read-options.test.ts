import { expect, test } from "vitest";
import { flag, oneOf, seconds, whole } from "@netchecker/runtime/options";
import { readOptions } from "./command.ts";

const OPTIONS = {
  nodes: whole(1, 12, 6),
  interval: seconds(4, 60, 5),
  network: oneOf(["flat", "deep"], "flat"),
  json: flag,
} as const;

test("what is not given has a default", () => {
  expect(readOptions([], OPTIONS)).toEqual({
    values: { nodes: 6, interval: 5_000, network: "flat", json: false },
    positionals: [],
  });
});

test("options are read in both spellings, and what is none is kept where it may be", () => {
  const args = "node-3 --nodes 12 --interval=4.5 --network deep --json here".split(" ");
  expect(readOptions(args, OPTIONS, true)).toEqual({
    values: { nodes: 12, interval: 4_500, network: "deep", json: true },
    positionals: ["node-3", "here"],
  });
});

test.each([
  ["--nodes 0", '--nodes is "0"; allowed: a whole number from 1 to 12'],
  ["--nodes 1e1", '--nodes is "1e1"; allowed: a whole number from 1 to 12'],
  ["--nodes Infinity", '--nodes is "Infinity"; allowed: a whole number from 1 to 12'],
  ["--nodes=1e309", '--nodes is "1e309"; allowed: a whole number from 1 to 12'],
  ["--nodes 0x10", '--nodes is "0x10"; allowed: a whole number from 1 to 12'],
  ["--interval=Infinity", '--interval is "Infinity"; allowed: seconds from 4 to 60'],
  ["--interval=1e309", '--interval is "1e309"; allowed: seconds from 4 to 60'],
  ["--nodes", "--nodes has no value; allowed: a whole number from 1 to 12"],
  ["--interval 3.9", '--interval is "3.9"; allowed: seconds from 4 to 60'],
  ["--network wide", '--network is "wide"; allowed: flat, deep'],
  ["--json=yes", "--json takes no value"],
  ["--verbose", "--verbose is unknown; allowed: --nodes, --interval, --network, --json"],
  ["now", '"now" is no option; allowed: --nodes, --interval, --network, --json'],
  ["--toString", "--toString is unknown; allowed: --nodes, --interval, --network, --json"],
])("%s is refused in a sentence", (text, fault) => {
  expect(() => readOptions(text.split(" "), OPTIONS)).toThrow(
    expect.objectContaining({ message: fault }),
  );
});

test("every fault is named, not the first alone", () => {
  expect(() => readOptions(["--nodes", "x", "--interval", "y"], OPTIONS)).toThrow(
    '--nodes is "x"; allowed: a whole number from 1 to 12\n--interval is "y"; allowed: seconds from 4 to 60',
  );
});
