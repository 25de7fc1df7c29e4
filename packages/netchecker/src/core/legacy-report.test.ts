import { describe, expect, it } from "vitest";
import { aClosedRound, aView, OK, TIMEOUT } from "@netchecker/round/testing/a-round";
import { legacyNodes, legacyReport, legacySimple } from "./legacy-report.ts";

const healthy = aClosedRound(aView(2));

describe("the original's shapes", () => {
  it("has /report rows of pods, nodes and the service", () => {
    const rows = [...legacyReport(healthy)];
    const from = { name: "ping-1", podIP: "10.1.0.1", hostIP: "192.168.0.1", status: "Running" };
    const said = { result: true, timestamp: "2026-11-22 23:51:11", reason: "" };
    expect(rows.find(({ type }) => type === "pod")).toEqual({
      type: "pod",
      from,
      to: { name: "pong-1", podIP: "10.2.0.1", hostIP: "192.168.0.1", status: "Running" },
      ...said,
    });
    expect(rows.find(({ type }) => type === "node")).toEqual({
      type: "node",
      from,
      to: { name: "node-1", hostIP: "192.168.0.1", status: "Ready" },
      ...said,
    });
    expect(rows.find(({ type }) => type === "service")).toEqual({
      type: "service",
      from,
      to: { port: 8080, nodePort: 32_088 },
      ...said,
    });
  });

  it("has /simple rows", () => {
    expect([...legacySimple(healthy, true)][0]).toEqual({
      srcName: "ping-1",
      DstName: "pong-1",
      result: true,
      timestamp: "2026-11-22 23:51:11",
      reason: "",
    });
    expect([...legacySimple(healthy, false)]).toEqual([]);
  });

  it("has one /nodes entry for each source node", () => {
    const entries = [...legacyNodes(healthy)];
    const pods = healthy.plan.targets.pod.length;
    expect(entries.map(({ srcIp, to }) => [srcIp, to.length])).toEqual([
      ["192.168.0.1", pods],
      ["192.168.0.2", pods],
    ]);
    expect(entries[0]?.to).toContainEqual({
      dstIp: "192.168.0.2",
      Result: true,
      timestamp: "2026-11-22 23:51:11",
      reason: "",
    });
  });

  it("says 源pod网络出不去 exactly if both the target and the outside failed", () => {
    const round = aClosedRound(aView(2), {
      finds: (target, from, type) =>
        (target.check === "echo" && target.node === "node-2") ||
        (type === "external" && from === "node-1")
          ? TIMEOUT
          : OK,
    });
    const failed = [...legacyReport(round, false)];
    expect(failed.map(({ from, reason }) => [from.name, reason])).toEqual([
      ["ping-1", "源pod网络出不去"],
      ["ping-2", "connect_timeout"],
    ]);
  });

  it("has no row for an outcome that was not measured", () => {
    const round = aClosedRound(aView(2), { silent: ["node-2"] });
    expect([...legacyReport(round)].every(({ from }) => from.name === "ping-1")).toBe(true);
    expect([...legacyNodes(round)]).toHaveLength(1);
  });
});
