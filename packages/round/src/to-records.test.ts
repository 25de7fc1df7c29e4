import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { firstSight } from "./sighting.ts";
import type { RememberedNode } from "./remember-node.ts";
import { UnreadableObjectError } from "./kubernetes-objects.ts";
import { toNodeRecord, toPodRecord, toServiceRecord } from "./to-records.ts";

const RECORDED = new URL("../../testbed/tests/recorded/", import.meta.url);
const recorded = (name: string) => readFileSync(new URL(name, RECORDED), "utf8");
const events = (name: string) =>
  recorded(name)
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; object: { metadata?: { name?: string } } })
    .filter(({ type }) => type !== "BOOKMARK");

const SEEN = firstSight(Date.parse("2026-11-29T00:00:00Z"));
const nodeRecord = (object: unknown) => toNodeRecord(object, null, SEEN);
const podRecord = (object: unknown) => toPodRecord(object, null, SEEN);

const POD_METADATA = {
  name: "pong-a",
  labels: { name: "pong" },
  creationTimestamp: "2026-11-23T00:26:14Z",
};
const aPod = (status: object, spec: object = {}) =>
  podRecord({ metadata: POD_METADATA, spec, status });

const condition = (type: string, status: string, more: object = {}) => ({ type, status, ...more });

describe("records of a real API server's objects", () => {
  it("contain the nodes as they were recorded", () => {
    const { items } = JSON.parse(recorded("list-nodes.json")) as { items: object[] };
    const nodes = items.map(nodeRecord);
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

  it("keep only the labels that say where a node stands", () => {
    const labels = {
      "topology.kubernetes.io/zone": "zone-a",
      "node-role.kubernetes.io/control-plane": "",
      "kubernetes.io/hostname": "n",
      "example.com/team": "blue",
    };
    expect(nodeRecord({ metadata: { name: "n", labels } })).toMatchObject({
      labels: {
        "topology.kubernetes.io/zone": "zone-a",
        "node-role.kubernetes.io/control-plane": "",
      },
      bootId: "",
      kernelVersion: "",
      kubeletVersion: "",
    });
  });

  it("show a node being cordoned", () => {
    const cordoned = events("watch-nodes.ndjson").map(({ object }) => nodeRecord(object)?.cordoned);
    expect(new Set(cordoned)).toEqual(new Set([false, true]));
  });

  it("have a DaemonSet pod's node before it is scheduled, and follow the pod until it is deleted", () => {
    const way = events("watch-pods.ndjson")
      .map(({ object }) => podRecord(object))
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

  it("contain the service's ClusterIP and ports", () => {
    expect(toServiceRecord(JSON.parse(recorded("get-service.json")))).toEqual({
      name: "pong-svc",
      uid: "8c2e2ec9-0b5d-4b30-8de5-1d335fc2ecd0",
      clusterIPs: ["10.96.150.64"],
      ports: [{ port: 8080, nodePort: 32_088 }],
    });
  });
});

describe("a real cluster, as the kubelet of n3 was killed and came back", () => {
  const at = (time: string) => Date.parse(`2026-11-28T${time}Z`);
  /** When each event arrived. The recording has no times of its own, so these follow the times in the events. */
  const CAME = ["20:04:00", "20:04:00", "20:04:00", "20:04:20", "20:04:41"].concat(
    ["20:04:57", "20:04:57", "20:04:57"],
    ["20:05:28", "20:05:28", "20:05:29"],
  );

  function n3(): RememberedNode[] {
    let known: RememberedNode | null = null;
    let knownUntil: number | null = null;
    const way: RememberedNode[] = [];
    for (const [index, { object }] of events("watch-nodes-notready.ndjson").entries()) {
      const now = at(CAME[index]!);
      if (object.metadata?.name === "n3") {
        const seen = { now, knownUntil, live: index > 2, aheadMs: 0 };
        known = toNodeRecord(object, known, seen)!;
        way.push(known);
      }
      knownUntil = index < 2 ? null : now;
    }
    return way;
  }

  it("shows a node that is Ready, then Unknown, then Ready again, with one return", () => {
    expect(n3().map(({ ready, readiness }) => [ready, readiness.status])).toEqual([
      [true, "True"],
      ...[1, 2, 3].map(() => [false, "Unknown"]),
      ...[1, 2, 3].map(() => [true, "True"]),
    ]);
    expect(n3().at(2)?.readiness).toEqual({
      status: "Unknown",
      since: at("20:04:57"),
      reason: "NodeStatusUnknown",
      message: "Kubelet stopped posting node status.",
    });
    expect(n3().map(({ returns }) => returns.length)).toEqual([0, 0, 0, 0, 1, 1, 1]);
    expect(n3().at(-1)).toMatchObject({ everReady: true, returns: [at("20:05:28")] });
  });

  it("never takes a taint of a symptom for a decision", () => {
    for (const { leaving, cordoned, deleting, shutdownSince } of n3())
      expect([leaving, cordoned, deleting, shutdownSince]).toEqual([null, false, false, null]);
  });
});

describe("a taint of a decision", () => {
  it("is in the record by its key", () => {
    const leaving = (...taints: object[]) =>
      nodeRecord({ metadata: { name: "n" }, spec: { taints } })?.leaving;
    const cordon = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };
    const deleted = { key: "ToBeDeletedByClusterAutoscaler", value: "1764361813" };
    expect(leaving(cordon, deleted)).toBe("ToBeDeletedByClusterAutoscaler");
    expect(leaving(cordon)).toBeNull();
    expect(leaving()).toBeNull();
  });
});

describe("nodes that cannot run an agent", () => {
  it.each([
    [{ "kubernetes.io/os": "windows" }, false],
    [{ type: "virtual-kubelet", "kubernetes.io/os": "linux" }, false],
    [{ "eks.amazonaws.com/compute-type": "fargate" }, false],
    [{ "kubernetes.io/os": "linux" }, true],
    [{}, true],
  ])("are left out by their labels: %o are kept: %s", (labels, planned) => {
    expect(nodeRecord({ metadata: { name: "n", labels } }) !== null).toBe(planned);
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

  it("is told from a pod that only starts by earlier readiness or a restarted container", () => {
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

describe("what is remembered of a pod", () => {
  it("includes that it was ready, even if its status no longer shows it", () => {
    const ready = aPod({ conditions: [condition("Ready", "True")] });
    const dead = {
      metadata: POD_METADATA,
      status: {
        conditions: [condition("Ready", "False")],
        containerStatuses: [{ state: { terminated: { reason: "Completed", exitCode: 0 } } }],
      },
    };
    expect(podRecord(dead)?.everReady).toBe(false);
    expect(toPodRecord(dead, ready, SEEN)?.everReady).toBe(true);
  });
});

describe("an unreadable object", () => {
  it("is refused with its name and what is wrong with it", () => {
    const node = { metadata: { name: "n\u001b[2J", labels: { a: 1 } } };
    expect(() => nodeRecord(node)).toThrow('Node "n\\u001b[2J": /metadata/labels');
  });

  it.each([
    { metadata: { name: "n", labels: [] } },
    { metadata: { name: "n", labels: "zone" } },
    { metadata: { name: "n".repeat(254) } },
    { metadata: { name: "n", uid: 7 } },
    { metadata: { name: "n" }, spec: { taints: { key: "a" } } },
    { metadata: { name: "n" }, status: { addresses: { type: "InternalIP" } } },
    { metadata: { name: "n" }, status: { conditions: [null] } },
    { metadata: { name: "n" }, status: { conditions: [{ type: "Ready", status: true }] } },
  ])("has a wrong type in some field: %j", (object) => {
    expect(() => nodeRecord(object)).toThrow(UnreadableObjectError);
  });

  it("is not one whose fields are missing or null, as Kubernetes writes what it does not know", () => {
    const nothing = { labels: null, uid: null, creationTimestamp: null, deletionTimestamp: null };
    expect(
      nodeRecord({ metadata: { name: "n", ...nothing }, spec: null, status: null }),
    ).toMatchObject({ name: "n", uid: "", addresses: [], labels: {}, deleting: false });
    const conditions = [{ type: "Ready", status: "True", reason: null }];
    const status = { addresses: null, conditions, nodeInfo: null };
    expect(nodeRecord({ metadata: { name: "n" }, spec: { taints: null }, status })?.ready).toBe(
      true,
    );
    expect(podRecord({ metadata: POD_METADATA, status: { containerStatuses: null } })?.ips).toEqual(
      [],
    );
  });

  it("never makes a record longer than its bounds", () => {
    const roles = Array.from({ length: 500 }, (_, n) => [`node-role.kubernetes.io/${n}`, "x"]);
    const labels = {
      ...Object.fromEntries(roles),
      "topology.kubernetes.io/zone": "z".repeat(99_999),
    };
    const addresses = Array.from({ length: 500 }, (_, n) => ({
      type: "InternalIP",
      address: `10.0.${n >> 8}.${n & 255}`,
    }));
    const nodeInfo = { kernelVersion: "6".repeat(99_999) };
    const conditions = [
      { type: "Ready", status: "False", reason: "r".repeat(99_999), message: "m".repeat(99_999) },
    ];
    const record = nodeRecord({
      metadata: { name: "n".repeat(253), labels },
      status: { addresses, nodeInfo, conditions },
    });
    expect(JSON.stringify(record).length).toBeLessThan(5_000);
  });

  it("never enters the view: nameless objects, other pods, malformed addresses", () => {
    const unreadable = [{}, null, "node-1", { metadata: { name: "" } }, { metadata: null }];
    for (const object of unreadable)
      expect(() => nodeRecord(object)).toThrow(UnreadableObjectError);
    expect(podRecord({ metadata: { name: "redis-0", labels: { name: "redis" } } })).toBeNull();
    expect(
      aPod({ podIP: "", podIPs: [{}, { ip: "nonsense" }, { ip: "10.0.0.1" }, { ip: "10.0.0.1" }] })
        ?.ips,
    ).toEqual(["10.0.0.1"]);
    const addresses = [
      { type: "Hostname", address: "10.0.0.9" },
      { type: "LegacyHostIP", address: "10.0.0.8" },
      { type: "ExternalIP", address: "192.0.2.1" },
    ];
    const node = nodeRecord({ metadata: { name: "n" }, status: { addresses } });
    expect(node?.addresses).toEqual(["192.0.2.1"]);
    expect(
      toServiceRecord({ metadata: { name: "s" }, spec: { clusterIP: "None" } })?.clusterIPs,
    ).toEqual([]);
  });
});
