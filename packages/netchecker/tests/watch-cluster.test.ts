import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiServer } from "@netchecker/testbed/kubernetes/api-server/api-server";
import { kubeTime } from "@netchecker/testbed/kubernetes/api-server/kube-object";
import {
  cordon,
  type NodeObject,
  nodeObject,
  setNodeReady,
} from "@netchecker/testbed/kubernetes/objects/node-object";
import {
  podObject,
  run,
  schedule,
  setReady,
} from "@netchecker/testbed/kubernetes/objects/pod-object";
import { serviceObject } from "@netchecker/testbed/kubernetes/objects/service-object";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { KubeConfigError, loadKubeConfig } from "../src/adapters/load-kube-config.ts";
import { watchCluster } from "../src/adapters/watch-cluster.ts";
import { WATCH_TIMINGS, type WatchTimings } from "../src/adapters/watch-resource.ts";
import { LOG } from "./support/a-redis.ts";
import { accessTo } from "./support/access-to.ts";

const TIMINGS: WatchTimings = {
  ...WATCH_TIMINGS,
  staleAfterMs: 400,
  heldAfterMs: 100,
  backoff: { firstMs: 20, maxMs: 100 },
};

let api: ApiServer;
let stop: AbortController;

beforeEach(async () => {
  stop = new AbortController();
  api = new ApiServer({ bookmarkIntervalMs: 50 });
  await api.start();
});
afterEach(async () => {
  stop.abort();
  await api.stop();
});

function watch(timings = TIMINGS) {
  const of = { namespace: "netchecker", serviceName: "pong-svc" };
  return watchCluster(accessTo(api), of, LOG, stop.signal, timings);
}

const addNode = (index: number) =>
  api.store.create("nodes", nodeObject(`node-${index}`, `127.9.0.${index % 256}`, 10_250));

function addPod(workload: "ping" | "pong", node: string) {
  const pod = podObject(workload, "netchecker", node);
  schedule(pod, node);
  run(pod, "127.9.1.1", "127.9.0.1");
  setReady(pod, true);
  return api.store.create("pods", pod);
}

describe("watchCluster", () => {
  it("knows nodes, ping and pong pods and the service, and sees their changes", async () => {
    const node = addNode(1);
    const pod = addPod("pong", "node-1");
    api.store.create(
      "services",
      serviceObject({
        namespace: "netchecker",
        name: "pong-svc",
        clusterIp: "127.9.9.9",
        port: 8080,
        nodePort: 32_088,
      } as never),
    );
    const cluster = watch();
    await cluster.synced;
    expect(cluster.view()).toEqual({
      nodes: [
        {
          name: "node-1",
          uid: node.metadata.uid,
          addresses: ["127.9.0.1"],
          ready: true,
          transitionAt: Date.parse(node.metadata.creationTimestamp!),
          readiness: {
            status: "True",
            since: Date.parse(node.metadata.creationTimestamp!),
            reason: "KubeletReady",
            message: "kubelet is posting ready status",
          },
          everReady: true,
          returns: [],
          shutdownSince: null,
          heard: [expect.anything()],
          leaving: null,
          cordoned: false,
          deleting: false,
          createdAt: Date.parse(node.metadata.creationTimestamp!),
          labels: {},
          bootId: "node-1",
          kernelVersion: "6.1.0",
          kubeletVersion: "v1.36.2",
        },
      ],
      pods: [
        {
          name: pod.metadata.name,
          app: "pong",
          node: "node-1",
          ips: ["127.9.1.1"],
          ready: true,
          terminating: false,
          everReady: true,
          problem: null,
          createdAt: Date.parse(pod.metadata.creationTimestamp!),
        },
      ],
      service: {
        name: "pong-svc",
        uid: expect.any(String),
        clusterIPs: ["127.9.9.9"],
        ports: [{ port: 8080, nodePort: 32_088 }],
      },
      at: expect.any(Number),
      staleSince: null,
    });
    api.store.update("nodes", node, cordon);
    addNode(2);
    await vi.waitFor(() =>
      expect(cluster.view().nodes.map(({ cordoned }) => cordoned)).toEqual([true, false]),
    );
    api.store.remove("nodes", node);
    await vi.waitFor(() =>
      expect(cluster.view().nodes.map(({ name }) => name)).toEqual(["node-2"]),
    );
  });

  it("remembers over a new list that a node was Ready, came back, and was told to shut down", async () => {
    const node = addNode(1);
    const known = () => cluster.view().nodes[0]!;
    const become = (status: "True" | "False" | "Unknown", message: string) =>
      api.store.update<NodeObject>("nodes", node, (copy) => {
        const ready = copy.status.conditions.find(({ type }) => type === "Ready")!;
        Object.assign(ready, { status, message, lastTransitionTime: kubeTime() });
      });
    const cluster = watch();
    await cluster.synced;
    become("Unknown", "Kubelet stopped posting node status.");
    await vi.waitFor(() => expect(known().ready).toBe(false));
    become("True", "kubelet is posting ready status");
    await vi.waitFor(() => expect(known().returns).toHaveLength(1));
    become("False", "node is shutting down");
    await vi.waitFor(() => expect(known().shutdownSince).not.toBeNull());
    const before = known();
    await api.stop();
    become("Unknown", "Kubelet stopped posting node status.");
    api.compact();
    await api.start();
    await vi.waitFor(() => expect(known().readiness.status).toBe("Unknown"));
    const { everReady, returns, shutdownSince, createdAt } = before;
    expect(known()).toMatchObject({ everReady, returns, shutdownSince, createdAt });
  });

  it("knows after a restart what the earlier watch knew, whether that is read before or after the first list", async () => {
    const node = addNode(1);
    const become = (status: "True" | "False" | "Unknown", message: string) =>
      api.store.update<NodeObject>("nodes", node, (copy) => {
        const ready = copy.status.conditions.find(({ type }) => type === "Ready")!;
        Object.assign(ready, { status, message, lastTransitionTime: kubeTime() });
      });
    const before = watch();
    await before.synced;
    become("False", "node is shutting down");
    await vi.waitFor(() => expect(before.view().nodes[0]!.shutdownSince).not.toBeNull());
    become("Unknown", "Kubelet stopped posting node status.");
    await vi.waitFor(() => expect(before.view().nodes[0]!.readiness.status).toBe("Unknown"));
    const { shutdownSince } = before.view().nodes[0]!;
    const pasts = before.nodePasts();
    const [first, last, never] = [watch(), watch(), watch()];
    first.recall(pasts);
    await Promise.all([first, last, never].map(({ synced }) => synced));
    expect(first.view().nodes[0]).toMatchObject({ shutdownSince });
    expect([last, never].map((each) => each.view().nodes[0]!.shutdownSince)).toEqual([null, null]);
    last.recall(pasts);
    await vi.waitFor(() => expect(last.view().nodes[0]).toMatchObject({ shutdownSince }));
    become("True", "kubelet is posting ready status");
    for (const { view } of [first, last])
      await vi.waitFor(() =>
        expect(view().nodes[0]).toMatchObject({ ready: true, shutdownSince: null }),
      );
  });

  it("knows that a node which comes during the watch was never Ready", async () => {
    const cluster = watch();
    await cluster.synced;
    const node = nodeObject("node-1", "127.9.0.1", 10_250);
    setNodeReady(node, false);
    // The kubelet's clock is ten minutes ahead.
    const ready = node.status.conditions.find(({ type }) => type === "Ready")!;
    ready.lastTransitionTime = kubeTime(new Date(Date.now() + 600_000));
    api.store.create("nodes", node);
    await vi.waitFor(() => expect(cluster.view().nodes).toHaveLength(1));
    const [record] = cluster.view().nodes;
    expect(record).toMatchObject({ ready: false, everReady: false });
    expect(record!.readiness.since).toBeLessThanOrEqual(Date.now());
  });

  it("lists in pages: no node is lost or doubled, and none is requested twice", async () => {
    for (let index = 1; index <= 450; index += 1) addNode(index);
    const cluster = watch();
    await cluster.synced;
    expect(new Set(cluster.view().nodes.map(({ name }) => name)).size).toBe(450);
    expect(api.requests.get("list nodes")).toBe(5);
  });

  it("keeps its last view while the API server is away, says since when, and is current again afterwards", async () => {
    addNode(1);
    const cluster = watch();
    await cluster.synced;
    const before = Date.now();
    await api.stop();
    await vi.waitFor(() => expect(cluster.view().staleSince).not.toBeNull());
    expect(cluster.view().staleSince).toBeGreaterThan(before - 1_000);
    expect(cluster.view().nodes).toHaveLength(1);
    addNode(2);
    await api.start();
    await vi.waitFor(() =>
      expect(cluster.view()).toMatchObject({ staleSince: null, nodes: [{}, {}] }),
    );
  });

  it("lists again after a 410, and forgets objects that were deleted meanwhile", async () => {
    const gone = addNode(1);
    const cluster = watch();
    await cluster.synced;
    await api.stop();
    api.store.remove("nodes", gone);
    addNode(2);
    api.compact();
    await api.start();
    await vi.waitFor(() =>
      expect(cluster.view().nodes.map(({ name }) => name)).toEqual(["node-2"]),
    );
    api.compact();
    addNode(3);
    await vi.waitFor(() =>
      expect(cluster.view()).toMatchObject({ staleSince: null, nodes: [{}, {}] }),
    );
  });

  it("begins with short pauses again after a watch that lasted for a while", async () => {
    const first = 50;
    const cluster = watch({ ...TIMINGS, backoff: { firstMs: first, maxMs: 60_000 } });
    await cluster.synced;
    await api.stop();
    // Five failures: the pauses begin at 50 ms and double each time, with up to 50 % more at random.
    await sleep(31 * first);
    await api.start();
    await vi.waitFor(() => expect(cluster.view().staleSince).toBeNull(), { timeout: 15_000 });
    await sleep(2 * first);
    api.hang();
    addNode(1);
    api.compact();
    api.resume();
    await vi.waitFor(() => expect(cluster.view().nodes).toHaveLength(1), { timeout: 600 });
  });

  it("calls its view stale while the API server hangs, and current when it goes on", async () => {
    addNode(1);
    const cluster = watch();
    await cluster.synced;
    api.hang();
    await vi.waitFor(() => expect(cluster.view().staleSince).not.toBeNull(), { timeout: 3_000 });
    api.resume();
    await vi.waitFor(() => expect(cluster.view().staleSince).toBeNull(), { timeout: 3_000 });
  });

  it("keeps trying, with pauses, while it is forbidden to list", async () => {
    api.forbid("list", "nodes");
    const cluster = watch();
    await sleep(500);
    expect(cluster.view().staleSince).not.toBeNull();
    const asked = api.requests.get("list nodes")!;
    expect(asked).toBeGreaterThan(1);
    expect(asked).toBeLessThan(30);
    api.allow("list", "nodes");
    await cluster.synced;
  });
});

describe("loadKubeConfig", () => {
  it("names the unusable file, and what is allowed", async () => {
    expect(() => loadKubeConfig("/does/not/exist")).toThrow(KubeConfigError);
    expect(() => loadKubeConfig("/does/not/exist")).toThrow(
      'KUBECONFIG is "/does/not/exist"; allowed: a readable kubeconfig file, or none in a pod',
    );
    const folder = await mkdtemp(join(tmpdir(), "kubeconfig-"));
    const empty = join(folder, "config");
    await writeFile(empty, "apiVersion: v1\nkind: Config\n");
    expect(() => loadKubeConfig(empty)).toThrow(/names a cluster with a server/);
    await rm(folder, { recursive: true });
  });
});
