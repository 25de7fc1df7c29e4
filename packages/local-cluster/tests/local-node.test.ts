import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { get } from "node:http";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ObjectStore } from "../src/api-server/object-store.ts";
import { BREAKS } from "../src/breaks.ts";
import { BUNDLES } from "../src/bundles.ts";
import { KUBELET_PORT } from "../src/kubelet.ts";
import { KubeProxy } from "../src/kube-proxy.ts";
import { listen } from "../src/listen.ts";
import { LocalNode } from "../src/local-node.ts";
import { claimLoopbackSlice, type LoopbackSlice } from "../src/loopback-slice.ts";
import type { PodObject } from "../src/objects/pod-object.ts";
import { serviceObject } from "../src/objects/service-object.ts";
import { waitForStore } from "../src/wait-for-store.ts";

const NODE_PORT = 32_088;

let folder: string;
let slice: LoopbackSlice;
let store: ObjectStore;
let kubeProxy: KubeProxy;
/** Stands for Redis: all that counts here is whether it is reached. */
let redis: Server;
let redisPort: number;
const nodes: LocalNode[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "local-node-"));
  slice = await claimLoopbackSlice();
  store = new ObjectStore();
  const at = { name: "pong-svc", namespace: "netchecker", clusterIp: slice.clusterIp };
  const service = serviceObject({ ...at, port: 8080, nodePort: NODE_PORT });
  kubeProxy = new KubeProxy(store, service);
  await kubeProxy.start();
  redis = createServer((socket) => {
    socket.on("error", () => {});
    socket.write("+hello\r\n");
  });
  redisPort = await listen(redis, slice.hostIp, 0);
});

afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.remove()));
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
      redisProxyIp: slice.redisProxyIp(index),
      bundle: BUNDLES,
      env: { ping: { LOG_LEVEL: "silent" }, pong: {} },
      logFolder: folder,
    },
    { store, kubeProxy, redis: { host: slice.hostIp, port: redisPort } },
  );
  nodes.push(node);
  await node.podsReady();
  return node;
}

/** Who answers: pong's node, or the code of the failure; `silence` after half a second. */
function ask(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const request = get({ host, port, path: "/echo", agent: false }, (response) => {
      let text = "";
      response.on("data", (data) => (text += String(data)));
      response.on("end", () => resolve(JSON.parse(text).node));
    });
    request.setTimeout(500, () => {
      resolve("silence");
      request.destroy();
    });
    request.on("error", (error: NodeJS.ErrnoException) => resolve(error.code!));
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

test("a node that is not ready says so and is tainted, while its pods live; it heals", async () => {
  const node = await startNode(1);
  const ready = () => node.object.status.conditions.find(({ type }) => type === "Ready");
  BREAKS["not-ready"].apply(node);
  expect(ready()).toMatchObject({ status: "False", reason: "KubeletNotReady" });
  expect(node.object.spec.taints).toMatchObject([
    { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" },
    { key: "node.kubernetes.io/not-ready", effect: "NoExecute" },
  ]);
  expect(await ask(slice.nodeIp(1), NODE_PORT)).toBe("node-1");
  BREAKS["not-ready"].heal(node);
  expect(ready()).toMatchObject({ status: "True" });
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
