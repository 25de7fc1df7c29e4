import { expect, test } from "vitest";
import { readSpec } from "./break.ts";

test.each([
  "node-3 pod-network --direction in",
  "pod-network node-3 --direction in",
  "pod-network --direction in node-3",
  "pod-network --direction=in --node node-3",
])("%s is the same fault in any order", (text) => {
  expect(readSpec(text.split(" "))).toEqual({
    kind: "pod-network",
    node: "node-3",
    direction: "in",
    reject: "no",
  });
});

test.each([
  ["packet-loss --percent 2.5", { kind: "packet-loss", percent: 2.5 }],
  [
    "packet-loss node-1 --peer control",
    { kind: "packet-loss", node: "node-1", peer: "control", percent: 100 },
  ],
  ["partition --nodes node-1,node-2", { kind: "partition", nodes: ["node-1", "node-2"] }],
  ["node-1 node-2 partition", { kind: "partition", nodes: ["node-1", "node-2"] }],
  ["no-way-out", { kind: "no-way-out", reject: "no" }],
])("%s: text becomes what the kind's parameters are", (text, spec) => {
  expect(readSpec(text.split(" "))).toMatchObject(spec);
});

test.each([
  ["node-down", "--node is missing; allowed: a node, such as node-3"],
  ["node-down node-0", '--node is "node-0"; allowed: a node, such as node-3'],
  ["node-down node-1 node-2", '"node-2" is too much: node-down takes one node'],
  ["node-down node-1 --deep", "--deep is unknown; allowed: --node"],
  [
    "packet-loss --percent 0 --node 7",
    '--node is "7"; allowed: a node, such as node-3\n--percent is 0; allowed: a number from 0.1 to 100',
  ],
  ["packet-loss --percent", "--percent has no value; allowed: a number from 0.1 to 100"],
  ["pod-network node-1 --direction up", '--direction is "up"; allowed: in, out, both'],
  [
    "partition node-1,no-de",
    '--nodes is ["node-1","no-de"]; allowed: one or more, with commas between: a node, such as node-3',
  ],
])("%s is refused in a sentence for each fault", (text, fault) => {
  expect(() => readSpec(text.split(" "))).toThrow(expect.objectContaining({ message: fault }));
});

test.each([
  ["node-3 flood --node x", '"flood" is no kind of fault; allowed: node-down, '],
  ["node-3 --direction in", "No kind of fault is given; allowed: node-down, "],
])("%s: the kinds are listed", (text, fault) => {
  expect(() => readSpec(text.split(" "))).toThrow(fault);
});
