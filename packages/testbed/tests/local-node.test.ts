import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { get } from "node:http";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ObjectStore } from "../src/kubernetes/api-server/object-store.ts";
import { BREAKS } from "../src/loopback/breaks.ts";
import { BUNDLES } from "../src/services/bundles.ts";
import { HEALTH_PORT, KUBELET_PORT } from "../src/kubernetes/kubelet.ts";
import { KubeProxy } from "../src/kubernetes/kube-proxy.ts";
import { ClusterIps } from "../src/loopback/service-proxies.ts";
import { listen } from "../src/sockets/listen.ts";
import { controlPlaneTimes } from "../src/kubernetes/control-plane-times.ts";
import { LocalNode } from "../src/loopback/local-node.ts";
import { claimLoopbackSlice, type LoopbackSlice } from "../src/loopback/loopback-slice.ts";
import { NodeController } from "../src/kubernetes/node-controller.ts";
import type { PodObject } from "../src/kubernetes/objects/pod-object.ts";
import { serviceObject } from "../src/kubernetes/objects/service-object.ts";
import { waitForStore } from "../src/kubernetes/wait-for-store.ts";

const NODE_PORT = 32_088;
/** Where the kubelet asks, as in the manifests. */
const health = { HEALTH_PORT: String(HEALTH_PORT) };
/** Kubernetes' 50 s are two here. */
const SPEED = 25;

let folder: string;
let slice: LoopbackSlice;
let store: ObjectStore;
let kubeProxy: KubeProxy;
let nodeController: NodeController;
/** Stands for Redis: all that counts here is whether it is reached. */
let redis: Server;
let redisPort: number;
const nodes: LocalNode[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "local-node-"));
  slice = await claimLoopbackSlice();
  store = new ObjectStore();
  const at = { name: "pong-svc", namespace: "netchecker", clusterIp: slice.clusterIp };
  store.create("services", serviceObject({ ...at, port: 8080, nodePort: NODE_PORT }));
  kubeProxy = new KubeProxy(store);
  await kubeProxy.add("ClusterIPs", new ClusterIps());
  nodeController = new NodeController({ store, times: controlPlaneTimes(SPEED) });
  nodeController.start();
  redis = createServer((socket) => {
    socket.on("error", () => {});
    socket.write("+hello\r\n");
  });
  redisPort = await listen(redis, slice.hostIp, 0);
});

afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.remove()));
  nodeController.stop();
  await kubeProxy.stop();
  redis.close();
  await slice.release();
  rmSync(folder, { recursive: true });
});

async function startNode(index: number): Promise<LocalNode> {
  const node = await LocalNode.start(
    {
      name: `node-${index}`,
      namespace: "netchecker",
      ip: slice.nodeIp(index),
      podIp: { ping: slice.pingIp(index), pong: slice.pongIp(index) },
      joinedAt: new Date(),
      redisProxyIp: slice.redisProxyIp(index),
      nodePort: NODE_PORT,
      bundle: BUNDLES,
      env: { ping: { LOG_LEVEL: "silent", ...health }, pong: health },
      logFolder: folder,
    },
    { store, kubeProxy, nodeController, redis: { host: slice.hostIp, port: redisPort } },
  );
  nodes.push(node);
  await node.podsReady();
  return node;
}

/** Who answers: pong's node, or the code of the failure; `silence` after half a second. */
function ask(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const target = { host, port, path: "/echo", agent: false, timeout: 500 };
    const request = get(target, (response) => {
      let text = "";
      response.on("data", (data) => (text += String(data)));
      response.on("end", () => resolve(JSON.parse(text).node));
    });
    request.on("timeout", () => {
      resolve("silence");
      request.destroy();
    });
    request.on("error", (error: NodeJS.ErrnoException) => resolve(error.code!));
  });
}

/** Whether a connection comes about; `silence` when nothing is heard for half a second. */
function connects(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (how: string) => {
      socket.destroy();
      resolve(how);
    };
    socket.setTimeout(500, () => end("silence"));
    socket.once("connect", () => end("connected"));
    socket.once("error", (error: NodeJS.ErrnoException) => end(error.code!));
  });
}

const until = (what: string, holds: () => boolean) =>
  waitForStore(store, holds, { timeoutMs: 10_000, what });

const answerers = async (asks: number) =>
  new Set(await Promise.all(Array.from({ length: asks }, () => ask(slice.clusterIp, 8080))));

test("a pod is pending, then on its node, then running, then ready, as the API server tells it", async () => {
  const start = store.version;
  const node = await startNode(1);
  const { name } = node.pods.pong;
  const states = store
    .eventsSince(start)
    .filter(({ object }) => object.metadata.name === name)
    .map(({ object }) => {
      const { spec, status } = object as PodObject;
      const [container] = status.containerStatuses ?? [];
      return [status.phase, spec.nodeName, status.podIP, container?.ready];
    });
  expect(states).toEqual([
    ["Pending", undefined, undefined, undefined],
    ["Pending", "node-1", undefined, undefined],
    ["Running", "node-1", slice.pongIp(1), false],
    ["Running", "node-1", slice.pongIp(1), true],
  ]);
});

test("the ClusterIP leads to every ready pong, a NodePort to its own node's only, the kubelet's port is open", async () => {
  await startNode(1);
  await startNode(2);
  expect(await answerers(40)).toEqual(new Set(["node-1", "node-2"]));
  expect(await ask(slice.nodeIp(1), NODE_PORT)).toBe("node-1");
  expect(await ask(slice.nodeIp(2), NODE_PORT)).toBe("node-2");
  const kubelet = connect(KUBELET_PORT, slice.nodeIp(2));
  await once(kubelet, "connect");
  kubelet.destroy();
});

test("a pong that is gone crashes its pod and leaves the service; started again, it is back", async () => {
  const node = await startNode(1);
  const { pong } = node.pods;
  expect(await ask(slice.clusterIp, 8080)).toBe("node-1");
  await BREAKS["pong-down"].apply(node);
  await until("the pod to crash", () => !pong.ready);
  expect(pong.object!.status.containerStatuses).toMatchObject([
    {
      ready: false,
      state: { waiting: { reason: "CrashLoopBackOff" } },
      lastState: { terminated: { exitCode: 137, reason: "Error" } },
    },
  ]);
  expect(await ask(slice.pongIp(1), 8080)).toBe("ECONNREFUSED");
  expect(await ask(slice.clusterIp, 8080)).toBe("ECONNREFUSED");
  expect(await ask(slice.nodeIp(1), NODE_PORT)).toBe("silence");
  BREAKS["pong-down"].heal(node);
  await until("the pod to be back", () => pong.ready);
  expect(pong.object!.status.containerStatuses).toMatchObject([{ ready: true, restartCount: 1 }]);
  expect(await ask(slice.clusterIp, 8080)).toBe("node-1");
});

test("a pong that hangs accepts and stays silent, runs on and is not ready; it heals", async () => {
  const hung = await startNode(1);
  await startNode(2);
  const { pong } = hung.pods;
  BREAKS["pong-hung"].apply(hung);
  expect(await ask(slice.pongIp(1), 8080)).toBe("silence");
  await until("the probes to fail", () => !pong.ready);
  expect(pong.object!.status).toMatchObject({
    phase: "Running",
    containerStatuses: [{ ready: false, state: { running: {} }, restartCount: 0 }],
  });
  expect(await answerers(20)).toEqual(new Set(["node-2"]));
  expect(await ask(slice.nodeIp(1), NODE_PORT)).toBe("silence");
  BREAKS["pong-hung"].heal(hung);
  await until("the probes to pass", () => pong.ready);
  expect(await ask(slice.nodeIp(1), NODE_PORT)).toBe("node-1");
});

test("a ping whose way to Redis is cut loses its connections and gets no new ones until it heals", async () => {
  const node = await startNode(1);
  const atRedis = () =>
    new Promise<number>((resolve, reject) =>
      redis.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
  expect(await atRedis()).toBeGreaterThan(0);
  await BREAKS["ping-silent"].apply(node);
  while ((await atRedis()) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(await ask(slice.pingIp(1), 8080)).not.toBe("ECONNREFUSED");
  const back = once(redis, "connection") as Promise<[Socket]>;
  await BREAKS["ping-silent"].heal(node);
  await back;
  expect(await atRedis()).toBeGreaterThan(0);
});

test("a cordon shows in the spec, then in the taints; it can be taken back", async () => {
  const node = await startNode(1);
  const start = store.version;
  BREAKS.cordoned.apply(node);
  const specs = store.eventsSince(start).map(({ object }) => object.spec);
  expect(specs).toMatchObject([{ unschedulable: true }, { unschedulable: true }]);
  expect(specs[0]).not.toHaveProperty("taints");
  expect(node.object.spec.taints).toEqual([
    {
      key: "node.kubernetes.io/unschedulable",
      effect: "NoSchedule",
      timeAdded: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    },
  ]);
  BREAKS.cordoned.heal(node);
  expect(Object.keys(node.object.spec)).toEqual(["podCIDR", "podCIDRs"]);
});

const taints = (node: LocalNode) =>
  (node.object.spec.taints ?? []).map(({ key, effect }) => `${key} ${effect}`);
const ready = (node: LocalNode) =>
  node.object.status.conditions.find(({ type }) => type === "Ready");

test("a kubelet that says its node is not ready taints it, while its pods live and stay ready; it heals", async () => {
  const node = await startNode(1);
  BREAKS["not-ready"].apply(node);
  expect(ready(node)).toMatchObject({ status: "False", reason: "KubeletNotReady" });
  await until("both taints", () => taints(node).length === 2);
  expect(taints(node)).toEqual([
    "node.kubernetes.io/not-ready NoSchedule",
    "node.kubernetes.io/not-ready NoExecute",
  ]);
  expect(node.pods.pong.ready).toBe(true);
  expect(await ask(slice.nodeIp(1), NODE_PORT)).toBe("node-1");
  BREAKS["not-ready"].heal(node);
  expect(ready(node)).toMatchObject({ status: "True", reason: "KubeletReady" });
  await until("no taint", () => taints(node).length === 0);
});

test("a dead node goes unanswered at once; Kubernetes notices later, and the service lets its pod go", async () => {
  const dead = await startNode(1);
  await startNode(2);
  await BREAKS["node-dead"].apply(dead);
  expect(ready(dead)).toMatchObject({ status: "True" });
  expect(dead.pods.pong.ready).toBe(true);
  expect(await ask(slice.pongIp(1), 8080)).toBe("silence");
  expect(await ask(slice.nodeIp(1), NODE_PORT)).toBe("silence");
  expect(await connects(slice.nodeIp(1), KUBELET_PORT)).toBe("silence");
  expect(await connects(slice.pongIp(1), 8080)).toBe("silence");
  await until("the node to be Unknown", () => dead.readiness === "Unknown");
  expect(Date.now() - dead.heartbeatAt).toBeGreaterThan(nodeController.times.graceMs);
  await until("its pods not to be ready", () => !dead.pods.pong.ready && !dead.pods.ping.ready);
  expect(await answerers(20)).toEqual(new Set(["node-2"]));
  const bootId = dead.object.status.nodeInfo.bootID;

  await BREAKS["node-dead"].heal(dead);
  await until("it to be back", () => BREAKS["node-dead"].healed(dead));
  expect(dead.object.status.nodeInfo.bootID).not.toBe(bootId);
  expect(dead.pods.pong.object!.status.containerStatuses).toMatchObject([{ restartCount: 1 }]);
  expect(await ask(slice.nodeIp(1), NODE_PORT)).toBe("node-1");
  expect(await connects(slice.nodeIp(1), KUBELET_PORT)).toBe("connected");
  await until("no taint", () => taints(dead).length === 0);
});

test("a dead kubelet's port refuses and its pods answer, also when Kubernetes calls them not ready", async () => {
  const node = await startNode(1);
  await BREAKS["kubelet-dead"].apply(node);
  expect(await connects(slice.nodeIp(1), KUBELET_PORT)).toBe("ECONNREFUSED");
  await until("the node to be Unknown", () => node.readiness === "Unknown");
  expect(node.pods.pong.ready).toBe(false);
  expect(await ask(slice.pongIp(1), 8080)).toBe("node-1");
  expect(await ask(slice.clusterIp, 8080)).toBe("ECONNREFUSED");
  await BREAKS["kubelet-dead"].heal(node);
  await until("it to be back", () => BREAKS["kubelet-dead"].healed(node));
  expect(node.pods.pong.object!.status.containerStatuses).toMatchObject([{ restartCount: 0 }]);
});

test("a flapping kubelet's node turns Unknown and Ready again, until it is healed", async () => {
  const node = await startNode(1);
  BREAKS["kubelet-flapping"].apply(node);
  for (let turn = 0; turn < 2; turn += 1) {
    await until("the node to be Unknown", () => node.readiness === "Unknown");
    await until("the node to be Ready", () => node.readiness === "True");
  }
  await BREAKS["kubelet-flapping"].heal(node);
  await until("it to be well", () => BREAKS["kubelet-flapping"].healed(node));
});

test("an orderly shutdown is said before the silence, and its pods have ended by it", async () => {
  const node = await startNode(1);
  await node.shutDown();
  expect(ready(node)).toMatchObject({ status: "False", message: "node is shutting down" });
  expect(node.pods.pong.object!.status).toMatchObject({
    phase: "Failed",
    reason: "Terminated",
    message: "Pod was terminated in response to imminent node shutdown.",
  });
  expect(node.pods.ping.running).toBe(false);
  expect(await ask(slice.pongIp(1), 8080)).toBe("silence");
  await until("the node to be Unknown", () => node.readiness === "Unknown");
  await until("unreachable in the place of not-ready", () =>
    taints(node).includes("node.kubernetes.io/unreachable NoExecute"),
  );
  expect(taints(node).toSorted()).toEqual([
    "node.kubernetes.io/unreachable NoExecute",
    "node.kubernetes.io/unreachable NoSchedule",
  ]);
  await node.boot();
  await until("it to be back", () => BREAKS["node-dead"].healed(node));
});

test("a node whose object is deleted loses its pods to the garbage collector, and their processes end", async () => {
  const node = await startNode(1);
  node.deleteObject();
  expect(node.readiness).toBeNull();
  expect(node.pods.ping.exists).toBe(true);
  await until("the pods to be collected", () => !node.pods.ping.exists && !node.pods.pong.exists);
  await vi.waitFor(() => expect(node.pods.pong.running).toBe(false), { timeout: 5_000 });
});

test("a taint that somebody sets stays what else happens to the node", async () => {
  const node = await startNode(1);
  node.addTaint({ key: "ToBeDeletedByClusterAutoscaler", value: "1", effect: "NoSchedule" });
  BREAKS.cordoned.apply(node);
  BREAKS.cordoned.heal(node);
  expect(node.object.spec.taints).toMatchObject([
    { key: "ToBeDeletedByClusterAutoscaler", value: "1", effect: "NoSchedule" },
  ]);
  node.removeTaint("ToBeDeletedByClusterAutoscaler");
  expect(node.object.spec).not.toHaveProperty("taints");
});

test("a removed node leaves no process, no listener and no object behind", async () => {
  const node = await startNode(1);
  await node.remove();
  expect(await ask(slice.pongIp(1), 8080)).toBe("ECONNREFUSED");
  expect(await ask(slice.nodeIp(1), NODE_PORT)).toBe("ECONNREFUSED");
  expect([...store.list("nodes"), ...store.list("pods")]).toEqual([]);
});

test("an address that is taken is said in a sentence, and what was started is taken back", async () => {
  const other = createServer();
  await listen(other, slice.nodeIp(1), NODE_PORT);
  await expect(startNode(1)).rejects.toThrow(
    `${slice.nodeIp(1)}:${NODE_PORT} is in use: end the program that listens on it (or on that port of every address), then start again.`,
  );
  expect(store.list("nodes")).toEqual([]);
  other.close();
});

test("a pod that cannot start is an error with its last words", async () => {
  const other = createServer();
  await listen(other, slice.pongIp(1), 8080);
  await expect(startNode(1)).rejects.toThrow(
    /^pong-\w{5} on node-1 ended before it was ready; its last words: .*EADDRINUSE/,
  );
  other.close();
});

test("two clusters never share addresses", async () => {
  const second = await claimLoopbackSlice();
  expect(second.nodeIp(1)).not.toBe(slice.nodeIp(1));
  await second.release();
});
