import { describe, expect, it } from "vitest";
import { aNode, aPod, aView, SETTINGS, targetsOf } from "@netchecker/round/testing/a-round";
import type { ClusterView } from "./cluster-view.ts";
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
    expect(targetsOf(plan, "echo").map(({ address }) => address)).toEqual([
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

  it("is the same in whatever order Kubernetes lists the cluster", () => {
    const view = aView(20);
    const turned = { ...view, nodes: view.nodes.toReversed(), pods: view.pods.toReversed() };
    expect(planRound(turned, SETTINGS)).toEqual(planRound(view, SETTINGS));
  });

  it("expects an agent on every node, even if the node has no ping pod or no ready one", () => {
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

  it("notes zone and node pool of each agent's node", () => {
    const zone = (name: string) => ({ labels: { "topology.kubernetes.io/zone": name } });
    const view = aView(3, { nodes: [aNode(1, zone("a")), aNode(2, zone("b")), aNode(3)] });
    expect(planRound(view, SETTINGS).agents).toMatchObject([
      { zone: "a", pool: null },
      { zone: "b", pool: null },
      { zone: null, pool: null },
    ]);
  });

  it("never publishes an empty address, but still counts the target", () => {
    const pods = [aPod("ping", 1), aPod("pong", 1, { ips: [] })];
    const view = aView(1, { nodes: [aNode(1, { addresses: [] }), aNode(2)], pods });
    const plan = planRound(view, SETTINGS);
    expect(targetsOf(plan, "echo")).toMatchObject([
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
    expect(targetsOf(plan, "echo").map(({ address }) => address)).toEqual([
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

  it("plans a NodePort only in an address family that the service has", () => {
    const view = aView(1, { nodes: [aNode(1, { addresses: ["192.168.0.1", "fd00::1"] })] });
    const addresses = planRound(view, SETTINGS).targets.node.map(({ address }) => address);
    expect(addresses).toEqual(["192.168.0.1:10250", "192.168.0.1:32088", "[fd00::1]:10250"]);
  });

  it.each([
    ["node_cordoned", { cordoned: true }],
    ["node_cordoned", { cordoned: true, ready: false }],
    ["node_leaving", { leaving: "karpenter.sh/disrupted", cordoned: true }],
    ["node_shutting_down", { ready: false, shutdownSince: 9_500_000 }],
    ["node_deleting", { deleting: true, ready: false, cordoned: true }],
  ] as const)("marks a node's agent and targets as planned: %s", (planned, with_) => {
    const plan = planRound(aView(2, { nodes: [aNode(1), aNode(2, with_)] }), SETTINGS);
    expect(plan.agents.map((agent) => agent.planned)).toEqual([null, planned]);
    expect(targetsOf(plan, "echo").map((target) => target.planned)).toEqual([null, planned]);
    expect(plan.targets.node.map((target) => target.planned)).toEqual([
      null,
      null,
      planned,
      planned,
    ]);
  });

  it("probes a terminating pong only if the node has no other", () => {
    const leaving = aPod("pong", 1, { name: "pong-old", terminating: true, ips: ["10.2.9.9"] });
    const both = planRound(
      aView(1, { pods: [leaving, aPod("pong", 1), aPod("ping", 1)] }),
      SETTINGS,
    );
    expect(targetsOf(both, "echo")).toMatchObject([{ name: "pong-1", planned: null }]);
    const alone = planRound(aView(1, { pods: [leaving, aPod("ping", 1)] }), SETTINGS);
    expect(targetsOf(alone, "echo")).toMatchObject([
      { name: "pong-old", address: "10.2.9.9:8080", planned: "pod_terminating" },
    ]);
    expect(alone.targets.node.map(({ check, planned }) => [check, planned])).toEqual([
      ["tcp", null],
      ["nodeport", "pod_terminating"],
    ]);
  });

  it("prefers a ready agent, then the newest, and never waits for a terminating one", () => {
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

  it("expects nothing of a young pod until it is ready for the first time", () => {
    const at = 1_000_000;
    const young = { ready: false, everReady: false, createdAt: at - 30_000 };
    const expectedOf = (with_: object) =>
      planRound(aView(1, { at, pods: [aPod("ping", 1), aPod("pong", 1, with_)] }), SETTINGS).targets
        .pod[0]?.planned;
    expect(expectedOf(young)).toBe("pod_starting");
    expect(expectedOf({ ...young, ips: [] })).toBe("pod_starting");
    expect(expectedOf({ ...young, createdAt: at - 300_000 })).toBeNull();
    expect(expectedOf({ ...young, problem: "ImagePullBackOff" })).toBeNull();
    // A pod that was ready and no longer is has a fault, however young it is.
    expect(expectedOf({ ...young, everReady: true })).toBeNull();
  });

  describe("of a node that is not Ready for no planned reason", () => {
    const unheard = aNode(2, {
      ready: false,
      readiness: {
        status: "Unknown",
        since: 9_000_000,
        reason: "NodeStatusUnknown",
        message: "Kubelet stopped posting node status.",
      },
    });
    const dead = { ready: false, terminating: true };
    const planOf = (ping: object, pong: object, node = unheard) =>
      planRound(
        aView(2, {
          nodes: [aNode(1), node],
          pods: [aPod("ping", 1), aPod("pong", 1), aPod("ping", 2, ping), aPod("pong", 2, pong)],
        }),
        SETTINGS,
      );

    it("still asks its pods, though Kubernetes calls them not ready and terminates them", () => {
      const plan = planOf(dead, dead);
      expect(plan.agents[1]).toMatchObject({
        pod: "ping-2",
        ready: false,
        absent: null,
        problem: null,
        planned: null,
      });
      expect(targetsOf(plan, "echo")[1]).toMatchObject({
        name: "pong-2",
        address: "10.2.0.2:8080",
        planned: null,
      });
      expect(plan.targets.node.every(({ planned }) => planned === null)).toBe(true);
    });

    it("does not wait for a pod that was never ready, does not run, or is gone", () => {
      const crash = { ready: false, problem: "CrashLoopBackOff: back-off" };
      expect(planOf(crash, {}).agents[1]).toMatchObject({
        absent: "pod_not_ready",
        problem: "CrashLoopBackOff: back-off",
        planned: null,
      });
      const never = { ready: false, everReady: false, createdAt: 9_990_000 };
      expect(planOf(never, {}).agents[1]).toMatchObject({
        absent: "pod_not_ready",
        problem: "Kubelet stopped posting node status.",
        planned: null,
      });
      const nodes = [aNode(1), unheard];
      const gone = planRound(aView(2, { nodes, pods: [aPod("ping", 1)] }), SETTINGS);
      expect(gone.agents[1]).toMatchObject({ pod: null, absent: "no_pod", planned: null });
    });

    it("prefers a pod that ran before to a pod that cannot start", () => {
      const nodes = [unheard];
      const fresh = { ready: false, everReady: false, ips: [], createdAt: 9_990_000 };
      const pods = (["ping", "pong"] as const).flatMap((app) => [
        aPod(app, 2, dead),
        aPod(app, 2, { ...fresh, name: `${app}-new` }),
      ]);
      const plan = planRound(aView(1, { nodes, pods }), SETTINGS);
      expect(plan.agents[0]).toMatchObject({ pod: "ping-2", absent: null });
      expect(targetsOf(plan, "echo")).toMatchObject([
        { name: "pong-2", planned: null },
        { name: "pong-new", address: null, planned: null },
      ]);
    });

    it("does not wait for its agent once somebody has cordoned it", () => {
      const plan = planOf(dead, dead, { ...unheard, cordoned: true });
      expect(plan.agents[1]).toMatchObject({ absent: "pod_not_ready", planned: "node_cordoned" });
    });

    it("does not wait for a pod that crashes on a Ready node", () => {
      expect(planOf({ ready: false }, {}, aNode(2)).agents[1]).toMatchObject({
        absent: "pod_not_ready",
        planned: null,
      });
    });
  });

  describe("of a new node", () => {
    const cni = "container runtime network not ready: cni plugin not initialized";
    const BORN = 5_000_000;
    const never = {
      ready: false,
      everReady: false,
      createdAt: BORN,
      readiness: { status: "False", since: BORN, reason: "KubeletNotReady", message: cni },
    } as const;
    const readyAt = (since: number) =>
      ({
        createdAt: BORN,
        readiness: { status: "True", since, reason: "KubeletReady", message: "" },
      }) as const;
    const plan = (node: object, afterMs: number, pods: ClusterView["pods"] = []) =>
      planRound(aView(1, { at: BORN + afterMs, nodes: [aNode(1, node)], pods }), SETTINGS);
    const agent = (...of: Parameters<typeof plan>) => plan(...of).agents[0];

    it("expects nothing until it is Ready, but no longer than nodeStartupMs", () => {
      expect(agent(never, 300_000)).toMatchObject({ absent: "no_pod", planned: "node_starting" });
      expect(plan(never, 300_000).targets.pod[0]?.planned).toBe("node_starting");
      expect(agent(never, 599_000)?.planned).toBe("node_starting");
      const short = { ...SETTINGS, nodeStartupMs: 60_000 };
      const late = aView(1, { at: BORN + 61_000, nodes: [aNode(1, never)], pods: [] });
      expect(planRound(late, short).agents[0]?.planned).toBeNull();
    });

    it("then gives its kubelet's message as the problem, unless the pod has one of its own", () => {
      expect(agent(never, 600_000)).toMatchObject({
        absent: "no_pod",
        problem: cni,
        planned: null,
      });
      const young = { ready: false, everReady: false, ips: [], createdAt: BORN + 590_000 };
      expect(agent(never, 600_000, [aPod("ping", 1, young)])).toMatchObject({
        absent: "pod_not_ready",
        problem: cni,
        planned: null,
      });
      const pull = { ...young, problem: "ImagePullBackOff: no such image" };
      expect(agent(never, 600_000, [aPod("ping", 1, pull)])?.problem).toBe(pull.problem);
    });

    it("gives its pods two minutes after it became Ready", () => {
      expect(agent(readyAt(BORN + 300_000), 330_000)?.planned).toBe("node_starting");
      expect(agent(readyAt(BORN + 300_000), 420_000)?.planned).toBeNull();
    });

    it("no longer calls it starting once its agent and its pong were ready", () => {
      const node = readyAt(BORN + 90_000);
      expect(agent(node, 100_000, [aPod("ping", 1)])?.planned).toBe("node_starting");
      expect(agent(node, 100_000, [aPod("ping", 1), aPod("pong", 1)])).toMatchObject({
        ready: true,
        absent: null,
        planned: null,
      });
      const crashed = aPod("ping", 1, { ready: false });
      expect(agent(node, 100_000, [crashed, aPod("pong", 1)])).toMatchObject({
        absent: "pod_not_ready",
        planned: null,
      });
    });
  });

  describe("of a node that is Ready again", () => {
    const at = 9_000_000;
    const back = (agoMs: number, ...earlierMs: number[]) =>
      aNode(1, {
        readiness: { status: "True", since: at - agoMs, reason: "KubeletReady", message: "" },
        returns: [...earlierMs.map((ms) => at - ms), at - agoMs],
      });
    const plannedOf = (node: ReturnType<typeof back>, pods: ClusterView["pods"] = []) =>
      planRound(aView(1, { at, nodes: [node], pods }), SETTINGS).agents[0]?.planned;

    it("expects nothing for two minutes, or until its agent and its pong are ready", () => {
      expect(plannedOf(back(30_000))).toBe("node_returning");
      const pods = [aPod("ping", 1), aPod("pong", 1, { ready: false })];
      expect(plannedOf(back(30_000), pods)).toBe("node_returning");
      expect(plannedOf(back(30_000), [aPod("ping", 1), aPod("pong", 1)])).toBeNull();
      expect(plannedOf(back(120_000))).toBeNull();
    });

    it("calls it returning twice within an hour, and a fault the third time", () => {
      expect(plannedOf(back(30_000, 600_000))).toBe("node_returning");
      expect(plannedOf(back(30_000, 1_200_000, 600_000))).toBeNull();
      expect(plannedOf(back(30_000, 3_600_000, 600_000))).toBe("node_returning");
    });

    it("plans nothing because of earlier returns while it is not Ready", () => {
      const node = { ...back(30_000, 600_000), ready: false };
      expect(plannedOf(node, [aPod("ping", 1), aPod("pong", 1)])).toBeNull();
    });
  });

  it("leaves the service's checks unknown if there is no service", () => {
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
