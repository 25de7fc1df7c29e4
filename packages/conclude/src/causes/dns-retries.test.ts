import { describe, expect, it } from "vitest";
import {
  between,
  failing,
  type Fault,
  fromNodes,
  into,
  nodeName,
  OK,
} from "@netchecker/round/testing/a-round";
import { causesOf, inShort } from "../../tests/support/some-causes.ts";

const N = nodeName;
const numbered = (from: string) => Number(from.slice("node-".length));
const TIMED_OUT = failing("dns_failure", { detail: "ETIMEOUT" });
const from =
  (...some: readonly number[]) =>
  (name: string) =>
    some.includes(numbered(name));
/** Half of the agents meet a broken server at first. */
const AGAIN: Fault = fromNodes((name) => numbered(name) % 2 === 0, ["dns"], { ...OK, attempts: 2 });

describe("one broken DNS server of two", () => {
  it("is told by a few failures and many second attempts", () => {
    const faults = [fromNodes(from(3, 8), ["dns"], TIMED_OUT), AGAIN];
    expect(inShort(16, faults)).toEqual(["critical dns [] [] null dns"]);
  });

  it("is told where it answers wrongly", () => {
    const wrong = failing("dns_mismatch", { detail: "10.9.9.9" });
    expect(inShort(16, [fromNodes(from(3), ["dns"], wrong), AGAIN])).toEqual([
      "critical dns-answer [] [] null dns",
    ]);
  });

  it("is told by second attempts alone", () => {
    const [cause, ...others] = causesOf(16, [AGAIN]);
    expect(others).toEqual([]);
    expect(cause).toMatchObject({ kind: "dns", nodes: [], candidates: ["dns-answer"] });
    expect(cause!.summary).toContain("8 of 16 nodes");
  });

  it("is its node's, where that is known to be cut off", () => {
    const faults = [between(into(5)), fromNodes(from(3, 8), ["dns"], TIMED_OUT), AGAIN];
    const alarms = causesOf(16, faults).filter(({ severity }) => severity !== "info");
    expect(alarms).toMatchObject([{ kind: "node-cut-off", nodes: [N(5)] }]);
  });
});

describe("nodes that miss DNS each for itself", () => {
  it("are told one by one, even five of them, where the others need no second attempt", () => {
    const faults = [fromNodes(from(3, 8, 20, 21, 50), ["dns"], TIMED_OUT)];
    const found = causesOf(60, faults).map(({ kind, nodes }) => `${kind} ${nodes.join()}`);
    expect(found).toEqual([3, 8, 20, 21, 50].map((n) => `dns ${N(n)}`));
  });

  it("are told one by one beside nodes that a firewall keeps from DNS", () => {
    const cut = (name: string) => numbered(name) === 6 || numbered(name) === 7;
    const refused = failing("connection_refused");
    const faults = [
      between((a, b) => cut(a) && a !== b, refused, ["echo"]),
      fromNodes(cut, ["clusterip"], refused),
      fromNodes(cut, ["dns"], TIMED_OUT),
      fromNodes(from(1, 15, 18), ["dns"], failing("dns_failure", { detail: "ECONNREFUSED" })),
    ];
    const dns = inShort(20, faults).filter((line) => line.includes(" dns ["));
    expect(dns).toEqual([1, 15, 18].map((n) => `warning dns [${N(n)}] [] null dns`));
  });

  it("are not explained by a broken node, where a DNS server replies", () => {
    const replies = failing("dns_failure", { detail: "ENOTFOUND" });
    const found = inShort(12, [between(into(5)), fromNodes(() => true, ["dns"], replies)]);
    expect(found).toContain("critical dns [] [] null dns");
  });
});

describe("names outside the cluster", () => {
  it("fail with DNS behind a broken node, and are no fault of the way out", () => {
    const most = (name: string) => numbered(name) !== 5;
    const faults = [between(into(5)), fromNodes(most, ["dns", "connect"], TIMED_OUT)];
    expect(causesOf(12, faults).map(({ kind }) => kind)).toEqual(["node-cut-off"]);
  });
});
