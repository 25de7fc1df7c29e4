import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type KubernetesObject, toNodeRecord, toPodRecord, toServiceRecord } from "./to-records.ts";

const RECORDED = new URL("../../../local-cluster/tests/recorded/", import.meta.url);
const recorded = (name: string) => readFileSync(new URL(name, RECORDED), "utf8");
const events = (name: string) =>
  recorded(name)
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; object: KubernetesObject })
    .filter(({ type }) => type !== "BOOKMARK");

const aPod = (status: object, spec: object = {}) =>
  toPodRecord({
    metadata: {
      name: "pong-a",
      labels: { name: "pong" },
      creationTimestamp: "2026-11-23T00:26:14Z",
    },
    spec,
    status,
  } as KubernetesObject);

const condition = (type: string, status: string, more: object = {}) => ({ type, status, ...more });

describe("records of a real API server's objects", () => {
  it("has the nodes as they were recorded", () => {
    const { items } = JSON.parse(recorded("list-nodes.json")) as { items: KubernetesObject[] };
    const nodes = items.map(toNodeRecord);
    expect(nodes.map((node) => node?.name)).toEqual(["node-1", "node-2", "node-3"]);
    for (const node of nodes)
      expect(node).toMatchObject({ cordoned: false, deleting: false, ready: true });
    for (const node of nodes) expect(node?.addresses).toHaveLength(1);
    for (const node of nodes)
      expect(node).toMatchObject({
        bootId: expect.stringMatching(/./),
        kernelVersion: expect.stringMatching(/^\d+\.\d+/),
        kubeletVersion: expect.stringMatching(/^v1\./),
      });
  });

  it("keeps of a node's labels only where it stands", () => {
    const labels = {
      "topology.kubernetes.io/zone": "zone-a",
      "node-role.kubernetes.io/control-plane": "",
      "kubernetes.io/hostname": "n",
      "example.com/team": "blue",
    };
    expect(toNodeRecord({ metadata: { name: "n", labels } })).toMatchObject({
      labels: {
        "topology.kubernetes.io/zone": "zone-a",
        "node-role.kubernetes.io/control-plane": "",
      },
      bootId: "",
      kernelVersion: "",
      kubeletVersion: "",
    });
  });

  it("sees a node being cordoned", () => {
    const cordoned = events("watch-nodes.ndjson").map(
      ({ object }) => toNodeRecord(object)?.cordoned,
    );
    expect(new Set(cordoned)).toEqual(new Set([false, true]));
  });

  it("knows a DaemonSet's pod's node before it is scheduled, and its whole way to the end", () => {
    const way = events("watch-pods.ndjson")
      .map(({ object }) => toPodRecord(object))
      .filter((pod) => pod?.name === "pong-92dbh");
    expect(
      way.map((pod) => [pod?.node, pod?.ips.length, pod?.ready, pod?.everReady, pod?.terminating]),
    ).toEqual([
      ["node-2", 0, false, false, false],
      ["node-2", 0, false, false, false],
      ["node-2", 1, true, true, false],
      ["node-2", 1, true, true, true],
    ]);
    expect(way.every((pod) => pod?.problem === null)).toBe(true);
  });

  it("has the service's ClusterIP and ports", () => {
    expect(toServiceRecord(JSON.parse(recorded("get-service.json")) as KubernetesObject)).toEqual({
      name: "pong-svc",
      uid: "8c2e2ec9-0b5d-4b30-8de5-1d335fc2ecd0",
      clusterIPs: ["10.96.150.64"],
      ports: [{ port: 8080, nodePort: 32_088 }],
    });
  });
});

describe("nodes that cannot run an agent", () => {
  it.each([
    [{ "kubernetes.io/os": "windows" }, false],
    [{ type: "virtual-kubelet", "kubernetes.io/os": "linux" }, false],
    [{ "eks.amazonaws.com/compute-type": "fargate" }, false],
    [{ "kubernetes.io/os": "linux" }, true],
    [{}, true],
  ])("with the labels %o are planned to have one: %s", (labels, planned) => {
    expect(toNodeRecord({ metadata: { name: "n", labels } }) !== null).toBe(planned);
  });
});

describe("what is wrong with a pod", () => {
  it.each([
    [{ phase: "Pending", conditions: [condition("PodScheduled", "True")] }, null],
    [
      {
        conditions: [
          condition("PodScheduled", "False", {
            reason: "Unschedulable",
            message: "0/3 nodes are available",
          }),
        ],
      },
      "Unschedulable: 0/3 nodes are available",
    ],
    [
      {
        containerStatuses: [
          { state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } } },
        ],
      },
      "ImagePullBackOff: no such image",
    ],
    [{ containerStatuses: [{ state: { waiting: { reason: "ContainerCreating" } } }] }, null],
    [
      { containerStatuses: [{ state: { terminated: { reason: "OOMKilled", exitCode: 137 } } }] },
      "OOMKilled: exit code 137",
    ],
    [
      { reason: "Evicted", message: "The node was low on memory" },
      "Evicted: The node was low on memory",
    ],
  ])("is taken from its status %o", (status, problem) => {
    expect(aPod(status)?.problem).toBe(problem);
  });

  it("is told from a pod that only starts: readiness that was there, or a container started again", () => {
    const running = (startedAt: string, restartCount = 0) => [
      { restartCount, state: { running: { startedAt } } },
    ];
    const unready = (lastTransitionTime: string) => [
      condition("Ready", "False", { lastTransitionTime }),
    ];
    const T = (second: number) => `2026-11-23T00:26:${second}Z`;
    expect(aPod({ conditions: unready(T(14)), containerStatuses: running(T(17)) })?.everReady).toBe(
      false,
    );
    expect(aPod({ conditions: unready(T(30)), containerStatuses: running(T(17)) })?.everReady).toBe(
      true,
    );
    expect(
      aPod({ conditions: unready(T(14)), containerStatuses: running(T(17), 1) })?.everReady,
    ).toBe(true);
    expect(aPod({ conditions: [condition("Ready", "True")] })?.everReady).toBe(true);
  });
});

describe("what cannot be used", () => {
  it("never enters the view: nameless objects, other pods, addresses that are none", () => {
    expect(toNodeRecord({})).toBeNull();
    expect(toPodRecord({ metadata: { name: "redis-0", labels: { name: "redis" } } })).toBeNull();
    expect(
      aPod({ podIP: "", podIPs: [{}, { ip: "nonsense" }, { ip: "10.0.0.1" }, { ip: "10.0.0.1" }] })
        ?.ips,
    ).toEqual(["10.0.0.1"]);
    const addresses = [
      { type: "Hostname", address: "10.0.0.9" },
      { type: "LegacyHostIP", address: "10.0.0.8" },
      { type: "ExternalIP", address: "192.0.2.1" },
    ];
    const node = toNodeRecord({
      metadata: { name: "n" },
      status: { addresses },
    } as KubernetesObject);
    expect(node?.addresses).toEqual(["192.0.2.1"]);
    expect(
      toServiceRecord({ metadata: { name: "s" }, spec: { clusterIP: "None" } } as KubernetesObject)
        ?.clusterIPs,
    ).toEqual([]);
  });
});
