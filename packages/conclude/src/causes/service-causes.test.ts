import { describe, expect, it } from "vitest";
import {
  aView,
  between,
  failing,
  fromNodes,
  into,
  nodeName,
} from "@netchecker/round/testing/a-round";
import { causesOf, inShort } from "../../tests/support/some-causes.ts";

const REFUSED = failing("connection_refused");
const N = nodeName;
const ANSWERED = { answeredBy: [{ pod: "pong-1", node: nodeName(1), connections: 2 }] };

describe("serviceCauses", () => {
  it("takes failing NodePorts for the same where the service has no backends", () => {
    const faults = [
      fromNodes(() => true, ["clusterip"], REFUSED),
      between(() => true, failing("connect_timeout"), ["nodeport"]),
    ];
    expect(inShort(5, faults)).toEqual(["warning service-backend [] [] null service"]);
  });

  it("names kube-proxy of a node that alone misses the service, though DNS answers it", () => {
    const stale = fromNodes((from) => from === N(2), ["clusterip"], REFUSED);
    const [cause, ...others] = causesOf(12, [stale]);
    expect(others).toEqual([]);
    expect(cause).toMatchObject({ kind: "cluster-ip", nodes: [N(2)], direction: "out" });
    expect(cause!.summary).toContain("its rules may be stale");
  });

  it("names a dead backend where others need a second attempt", () => {
    const again = { reason: "ok", latencyMs: 1, attempts: 2 } as const;
    const faults = [
      fromNodes((from) => from === N(2), ["clusterip"], failing("connect_timeout", ANSWERED)),
      fromNodes(() => true, ["clusterip"], again),
    ];
    expect(causesOf(12, faults)[0]).toMatchObject({ kind: "service-backend" });
  });

  const answeredBy = (...nodes: number[]) => ({
    answeredBy: nodes.map((n) => ({ pod: `pong-${n}`, node: N(n), connections: 1 })),
  });
  const numbered = (name: string) => Number(name.slice(5));

  it("names the backend that never answers, where chance would not have left it out", () => {
    const view = aView(6);
    const all = fromNodes(() => true, ["clusterip"], {
      reason: "ok",
      latencyMs: 1,
      attempts: 2,
      ...answeredBy(1, 2, 3, 4, 5, 1, 2),
    });
    const some = fromNodes(
      (from) => numbered(from) < 3,
      ["clusterip"],
      failing("connect_timeout", answeredBy(1, 2)),
    );
    expect(inShort(6, [some, all], { view })).toEqual([
      "warning service-backend [node-6] [] null service",
    ]);
  });

  it("names none where chance leaves one out now and then", () => {
    const all = fromNodes((from) => numbered(from) < 4, ["clusterip"], {
      reason: "ok",
      latencyMs: 1,
      attempts: 2,
      ...answeredBy(1, 2, 3, 4, 5),
    });
    const some = fromNodes(
      (from) => numbered(from) >= 4,
      ["clusterip"],
      failing("connect_timeout", answeredBy(1)),
    );
    expect(inShort(6, [some, all])).toEqual(["warning service-backend [] [] null service"]);
  });

  it("does not blame a planned change for it: its backend has left the service", () => {
    const view = aView(12);
    const nodes = view.nodes.map((node) =>
      node.name === N(5) ? { ...node, cordoned: true } : node,
    );
    const faults = [
      between(into(5)),
      fromNodes((from) => from === N(2), ["clusterip"], failing("host_unreachable")),
    ];
    expect(inShort(12, faults, { view: { ...view, nodes } })).toEqual([
      "critical cluster-ip [node-2] [] out service",
      "info node-down [node-5] [] both node",
    ]);
  });

  it("does not alarm where an address is dead for a moment, as pongs are replaced", () => {
    const view = aView(9);
    const pods = view.pods.map((pod) =>
      pod.name === "pong-5" ? { ...pod, terminating: true } : pod,
    );
    const again = { reason: "ok", latencyMs: 1, attempts: 2 } as const;
    const faults = [
      fromNodes((from) => from === N(2), ["clusterip"], { ...REFUSED, ...ANSWERED }),
      fromNodes(() => true, ["clusterip"], again),
    ];
    expect(inShort(9, faults, { view: { ...view, pods } })).toEqual([
      "info service-backend [] [] null service",
    ]);
  });

  it("does not blame a lost node for what is refused", () => {
    const stale = fromNodes((from) => from === N(2), ["clusterip"], REFUSED);
    expect(inShort(12, [between(into(5)), stale])).toContain(
      "critical cluster-ip [node-2] [] out service",
    );
  });

  it("does not take one pong out of many for what fails the service from half of the nodes", () => {
    const faults = [
      between(into(3), REFUSED, ["echo", "nodeport"]),
      fromNodes(
        (from) => Number(from.slice(5)) % 2 === 0,
        ["clusterip"],
        failing("connect_timeout", ANSWERED),
      ),
    ];
    const kinds = causesOf(20, faults).map(({ kind }) => kind);
    expect(kinds).toContain("service-backend");
  });
});
