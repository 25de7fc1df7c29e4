import { describe, expect, it } from "vitest";
import {
  aClosedRound,
  aNode,
  aPod,
  aView,
  checksOfOne,
  countAsked,
  OK,
  TIMEOUT,
} from "@netchecker/round/testing/a-round";
import { results } from "./results.ts";

const round = aClosedRound(aView(3), {
  silent: ["node-3"],
  finds: (target) => (target.name === "pong-2" ? TIMEOUT : OK),
});

const OF_ONE_AGENT = countAsked(round.plan) / 3;
const PODS = checksOfOne(round.plan, "pod");

describe("results", () => {
  it("has a row for each agent and target, in the documented shape", () => {
    const [first] = results(round);
    expect(first).toEqual({
      type: "pod",
      check: "echo",
      from: { pod: "ping-1", node: "node-1", ip: "10.1.0.1" },
      to: { name: "pong-1", node: "node-1", address: "10.2.0.1:8080", family: "IPv4" },
      ok: true,
      reason: "ok",
      latencyMs: 0.5,
      attempts: 1,
    });
    expect([...results(round)]).toHaveLength(countAsked(round.plan));
  });

  it("gives outcomes that were not measured as unknown", () => {
    const silent = [...results(round, { from: "node-3" })];
    expect(silent).toHaveLength(OF_ONE_AGENT);
    for (const row of silent)
      expect(row).toMatchObject({ ok: null, reason: "not_probed", latencyMs: null, attempts: 0 });
  });

  it.each([
    [{ type: "pod" } as const, countAsked(round.plan, "pod")],
    [{ type: "pod", ok: false } as const, 2 * PODS],
    [{ type: "pod", ok: true } as const, 4 * PODS],
    [{ type: "pod", ok: null } as const, 3 * PODS],
    [{ from: "ping-1" }, OF_ONE_AGENT],
    [{ to: "node-2" }, 3 * (PODS + checksOfOne(round.plan, "node"))],
    [{ to: "10.2.0.2:8080" }, 3 * PODS],
    [{ to: "pong-svc" }, 3],
    [{ from: "node-9" }, 0],
    [{ exceptMissing: true }, 2 * OF_ONE_AGENT],
    [{ exceptMissing: true, type: "pod", ok: false } as const, 2 * PODS],
  ])("filters by %o", (filter, count) => {
    expect([...results(round, filter)]).toHaveLength(count);
  });

  it("keeps the rows that an agent measured before it went missing", () => {
    const half = {
      ...round,
      head: { ...round.head, missing: [{ ...round.head.missing[0]!, node: "node-1" }] },
    };
    expect([...results(half, { from: "node-1", exceptMissing: true })]).toHaveLength(OF_ONE_AGENT);
  });

  it("gives the family of an address, and none for a name", () => {
    const dual = aView(1, {
      pods: [aPod("ping", 1), aPod("pong", 1, { ips: ["10.2.0.1", "fd00:2::1"] })],
      service: {
        name: "pong-svc",
        uid: "pong-svc-uid",
        clusterIPs: ["fd00:96::a"],
        ports: [{ port: 80, nodePort: null }],
      },
    });
    const rows = [...results(aClosedRound(dual))].map(({ to }) => [to.address, to.family]);
    expect(rows).toEqual([
      ["10.2.0.1:8080", "IPv4"],
      ["[fd00:2::1]:8080", "IPv6"],
      ["192.168.0.1:10250", "IPv4"],
      ["[fd00:96::a]:80", "IPv6"],
      ["fd00:96::a", "IPv6"],
      ["outside.example:443", undefined],
    ]);
  });

  it("says who answered at a NodePort: the node's own pong, or the one that an agent names", () => {
    const other = { pod: "pong-3", node: "node-3", connections: 1 };
    const asked = aClosedRound(aView(3), {
      finds: (target, from) =>
        target.check === "nodeport" && from === "node-1" && target.node === "node-2"
          ? { ...OK, answeredBy: [other] }
          : OK,
    });
    const answerers = [...results(asked, { type: "node", from: "node-1" })].map(
      ({ check, answeredBy }) => [check, answeredBy?.[0]?.pod],
    );
    expect(answerers).toEqual([
      ["tcp", undefined],
      ["nodeport", "pong-1"],
      ["tcp", undefined],
      ["nodeport", "pong-3"],
      ["tcp", undefined],
      ["nodeport", "pong-3"],
    ]);
  });

  it("makes a row only when it is taken", () => {
    const large = aClosedRound(aView(200));
    const rows = results(large);
    rows.next();
    // 40,000 pod pairs follow the first one. Ending here must not make them.
    expect(rows.return(undefined).done).toBe(true);
  });

  it("says that a failure is planned, and why", () => {
    const nodes = [aNode(1), aNode(2, { cordoned: true })];
    const planned = aClosedRound(aView(2, { nodes }), { finds: () => TIMEOUT });
    const [fromCordoned] = results(planned, { from: "node-2", to: "pong-1" });
    const [toOther] = results(planned, { from: "node-1", to: "pong-1" });
    expect(fromCordoned?.planned).toBe("node_cordoned");
    expect(toOther).not.toHaveProperty("planned");
  });
});
