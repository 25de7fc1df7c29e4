import { describe, expect, it } from "vitest";
import { decodeTargetList } from "./decode-target-list.ts";
import type { TargetList } from "./target-list.ts";

const LIST: TargetList = {
  v: 1,
  type: "node",
  round: 7,
  list: "list-7",
  reportWithinMs: 43_000,
  check: ["tcp", "nodeport"],
  name: ["node-1", "node-1"],
  node: ["node-1", null],
  address: ["192.168.0.1:10250", "[fd00::1]:32088"],
};

describe("decodeTargetList", () => {
  it("gives a list back as it was sent", () => {
    expect(decodeTargetList("node", JSON.stringify(LIST))).toEqual({ ok: true, value: LIST });
  });

  it.each([
    ["wrong_type", { type: "pod" }],
    ["wrong_type", { check: ["tcp", "dns"] }],
    ["wrong_version", { v: 2 }],
    ["wrong_shape", { check: ["tcp", "icmp"] }],
    ["wrong_shape", { address: ["192.168.0.1:10250", ""] }],
    ["wrong_shape", { address: ["192.168.0.1:10250"] }],
    ["wrong_shape", { name: ["node-1", null] }],
    ["wrong_shape", { reportWithinMs: 0 }],
    ["wrong_shape", { round: "7" }],
    ["wrong_shape", { extra: true }],
    ["wrong_shape", { node: ["Node_1", null] }],
    ["wrong_shape", { node: ["n".repeat(254), null] }],
    ["wrong_shape", { name: ["node-1", "node\u001b[2J"] }],
    ["wrong_shape", { address: ["192.168.0.1:10250", "[fd00::1]:32088\n"] }],
    ["too_large", { check: Array.from({ length: 100_000 }, () => "tcp") }],
    ["too_large", { check: Array.from({ length: 100 }, () => [[]]) }],
  ])("refuses as %s a list with %o", (fault, with_) => {
    expect(decodeTargetList("node", JSON.stringify({ ...LIST, ...with_ }))).toMatchObject({
      ok: false,
      fault,
    });
  });
});
