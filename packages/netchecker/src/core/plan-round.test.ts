import { describe, expect, it } from "vitest";
import { aNode, aPod, aView, SETTINGS } from "../../tests/support/a-round.ts";
import { dialledCount, toListColumns } from "./plan.ts";
import { planRound } from "./plan-round.ts";

describe("planRound", () => {
  it("asks every node's agent for every node's pong, the nodes, the service and the outside", () => {
    const plan = planRound(aView(3), SETTINGS);
    expect(plan.agents.map(({ pod, absent }) => [pod, absent])).toEqual([
      ["ping-1", null],
      ["ping-2", null],
      ["ping-3", null],
    ]);
    expect(plan.targets.pod.map(({ address }) => address)).toEqual([
      "10.2.0.1:8080",
      "10.2.0.2:8080",
      "10.2.0.3:8080",
    ]);
    expect(plan.targets.node.map(({ check, address }) => `${check} ${address}`)).toEqual([
      "tcp 192.168.0.1:10250",
      "nodeport 192.168.0.1:32088",
      "tcp 192.168.0.2:10250",
      "nodeport 192.168.0.2:32088",
      "tcp 192.168.0.3:10250",
      "nodeport 192.168.0.3:32088",
    ]);
    expect(plan.targets.service.map(({ check, name, address }) => [check, name, address])).toEqual([
      ["clusterip", "pong-svc", "10.96.0.10:8080"],
      ["dns", "pong-svc.netchecker.svc.cluster.local", "10.96.0.10"],
    ]);
    expect(plan.targets.external[0]).toMatchObject({
      check: "connect",
      address: "outside.example:443",
    });
  });

  it("is the same whatever the order in which the cluster was listed", () => {
    const view = aView(20);
    const turned = { ...view, nodes: view.nodes.toReversed(), pods: view.pods.toReversed() };
    expect(planRound(turned, SETTINGS)).toEqual(planRound(view, SETTINGS));
  });

  it("expects an agent of every node, even of one that has no ping pod or none that is ready", () => {
    const view = aView(3);
    const pods = view.pods
      .filter(({ name }) => name !== "ping-2")
      .map((pod) => (pod.name === "ping-3" ? { ...pod, ready: false } : pod));
    expect(planRound({ ...view, pods }, SETTINGS).agents).toMatchObject([
      { pod: "ping-1", absent: null },
      { pod: null, node: "node-2", absent: "no_pod" },
      { pod: "ping-3", absent: "pod_not_ready" },
    ]);
  });

  it("remembers where each agent's node stands", () => {
    const zone = (name: string) => ({ labels: { "topology.kubernetes.io/zone": name } });
    const view = aView(3, { nodes: [aNode(1, zone("a")), aNode(2, zone("b")), aNode(3)] });
    expect(planRound(view, SETTINGS).agents).toMatchObject([
      { zone: "a", pool: null },
      { zone: "b", pool: null },
      { zone: null, pool: null },
    ]);
  });

  it("never publishes an empty address, and still counts the target", () => {
    const pods = [aPod("ping", 1), aPod("pong", 1, { ips: [] })];
    const view = aView(1, { nodes: [aNode(1, { addresses: [] }), aNode(2)], pods });
    const plan = planRound(view, SETTINGS);
    expect(plan.targets.pod).toMatchObject([
      { name: "pong-1", node: "node-1", address: null },
      { name: null, node: "node-2", address: null },
    ]);
    expect(dialledCount(plan.targets.pod)).toBe(0);
    expect(plan.targets.node).toHaveLength(4);
    expect(toListColumns(plan.targets.node).address).toEqual([
      "192.168.0.2:10250",
      "192.168.0.2:32088",
    ]);
  });

  it("makes one target for each address family that a pod, a node and the service have", () => {
    const view = aView(1, {
      nodes: [aNode(1, { addresses: ["192.168.0.1", "fd00::1"] })],
      pods: [aPod("ping", 1), aPod("pong", 1, { ips: ["10.2.0.1", "fd00:2::1"] })],
      service: {
        name: "pong-svc",
        uid: "pong-svc-uid",
        clusterIPs: ["10.96.0.10", "fd00:96::a"],
        ports: [{ port: 8080, nodePort: 32_088 }],
      },
    });
    const plan = planRound(view, SETTINGS);
    expect(plan.targets.pod.map(({ address }) => address)).toEqual([
      "10.2.0.1:8080",
      "[fd00:2::1]:8080",
    ]);
    expect(plan.targets.node.map(({ address }) => address)).toContain("[fd00::1]:32088");
    expect(plan.targets.service.map(({ address }) => address)).toEqual([
      "10.96.0.10:8080",
      "10.96.0.10",
      "[fd00:96::a]:8080",
      "fd00:96::a",
    ]);
  });

  it("asks for a NodePort only in a family that the service has", () => {
    const view = aView(1, { nodes: [aNode(1, { addresses: ["192.168.0.1", "fd00::1"] })] });
    const addresses = planRound(view, SETTINGS).targets.node.map(({ address }) => address);
    expect(addresses).toEqual(["192.168.0.1:10250", "192.168.0.1:32088", "[fd00::1]:10250"]);
  });

  it.each([
    ["node_cordoned", { cordoned: true }],
    ["node_not_ready", { ready: false }],
    ["node_deleting", { deleting: true, ready: false, cordoned: true }],
  ] as const)("marks a node's agent and targets as planned: %s", (planned, with_) => {
    const plan = planRound(aView(2, { nodes: [aNode(1), aNode(2, with_)] }), SETTINGS);
    expect(plan.agents.map((agent) => agent.planned)).toEqual([null, planned]);
    expect(plan.targets.pod.map((target) => target.planned)).toEqual([null, planned]);
    expect(plan.targets.node.map((target) => target.planned)).toEqual([
      null,
      null,
      planned,
      planned,
    ]);
  });

  it("probes the pod that stays, and one that terminates only where there is no other", () => {
    const leaving = aPod("pong", 1, { name: "pong-old", terminating: true, ips: ["10.2.9.9"] });
    const both = planRound(
      aView(1, { pods: [leaving, aPod("pong", 1), aPod("ping", 1)] }),
      SETTINGS,
    );
    expect(both.targets.pod).toMatchObject([{ name: "pong-1", planned: null }]);
    const alone = planRound(aView(1, { pods: [leaving, aPod("ping", 1)] }), SETTINGS);
    expect(alone.targets.pod).toMatchObject([
      { name: "pong-old", address: "10.2.9.9:8080", planned: "pod_terminating" },
    ]);
    expect(alone.targets.node.map(({ check, planned }) => [check, planned])).toEqual([
      ["tcp", null],
      ["nodeport", "pod_terminating"],
    ]);
  });

  it("prefers a ready agent, then the newest, and never waits for one that terminates", () => {
    const pods = [
      aPod("ping", 1, { name: "ping-terminating", terminating: true, createdAt: 9 }),
      aPod("ping", 1, { name: "ping-unready", ready: false, createdAt: 8 }),
      aPod("ping", 1, { name: "ping-older", createdAt: 1 }),
      aPod("ping", 1, { name: "ping-newer", createdAt: 2 }),
    ];
    expect(planRound(aView(1, { pods }), SETTINGS).agents[0]).toMatchObject({ pod: "ping-newer" });
    expect(planRound(aView(1, { pods: pods.slice(0, 1) }), SETTINGS).agents[0]).toMatchObject({
      pod: "ping-terminating",
      absent: "pod_not_ready",
      planned: "pod_terminating",
    });
  });

  it("expects nothing yet of what is younger than its readiness, and only then", () => {
    const at = 1_000_000;
    const young = { ready: false, everReady: false, createdAt: at - 30_000 };
    const expectedOf = (with_: object) =>
      planRound(aView(1, { at, pods: [aPod("ping", 1), aPod("pong", 1, with_)] }), SETTINGS).targets
        .pod[0]?.planned;
    expect(expectedOf(young)).toBe("pod_starting");
    expect(expectedOf({ ...young, ips: [] })).toBe("pod_starting");
    expect(expectedOf({ ...young, createdAt: at - 300_000 })).toBeNull();
    expect(expectedOf({ ...young, problem: "ImagePullBackOff" })).toBeNull();
    // It was ready and no longer is: a fault, however young.
    expect(expectedOf({ ...young, everReady: true })).toBeNull();
  });

  it("expects no pods yet of a node that has just come", () => {
    const at = 1_000_000;
    const plan = (createdAt: number) =>
      planRound(aView(1, { at, nodes: [aNode(1, { createdAt })], pods: [] }), SETTINGS);
    expect(plan(at - 30_000).agents[0]).toMatchObject({
      absent: "no_pod",
      planned: "node_starting",
    });
    expect(plan(at - 30_000).targets.pod[0]).toMatchObject({ planned: "node_starting" });
    expect(plan(at - 300_000).agents[0]).toMatchObject({ absent: "no_pod", planned: null });
  });

  it("leaves the service's checks unknown where there is no service", () => {
    const plan = planRound(aView(1, { service: null }), SETTINGS);
    expect(plan.targets.service.map(({ check, address }) => [check, address])).toEqual([
      ["clusterip", null],
      ["dns", null],
    ]);
    expect(plan.targets.node.map(({ check }) => check)).toEqual(["tcp"]);
  });

  it("reads an external URL as http and host:port as connect", () => {
    const settings = { ...SETTINGS, externalTargets: ["https://example.com/x", "1.1.1.1:53"] };
    expect(planRound(aView(1), settings).targets.external.map(({ check }) => check)).toEqual([
      "http",
      "connect",
    ]);
  });
});
