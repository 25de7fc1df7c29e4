import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test, vi } from "vitest";
import { ObjectStore } from "../src/kubernetes/api-server/object-store.ts";
import { controlPlaneTimes, speedFor } from "../src/kubernetes/control-plane-times.ts";
import { NodeController } from "../src/kubernetes/node-controller.ts";
import {
  type NodeObject,
  nodeObject,
  readyStatus,
  setNodeReady,
} from "../src/kubernetes/objects/node-object.ts";
import {
  podObject,
  type PodObject,
  run,
  schedule,
  setReady,
} from "../src/kubernetes/objects/pod-object.ts";
import type { WatchEvent } from "./open-watch.ts";

/** Kubernetes' 50 s are half a second here. */
const TIMES = controlPlaneTimes(100);

let controller: NodeController | undefined;
afterEach(() => controller?.stop());

function controlled(store: ObjectStore, served = () => true): NodeController {
  controller = new NodeController({ store, times: TIMES, served });
  controller.start();
  return controller;
}

const recorded = readFileSync(
  new URL("recorded/watch-nodes-notready.ndjson", import.meta.url),
  "utf8",
)
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as WatchEvent)
  .filter(({ type, object }) => type !== "BOOKMARK" && object.metadata.name === "n3")
  .map(({ object }) => object as unknown as NodeObject);

/** A node's objects in the order in which the store had them, from a version on. */
const history = (store: ObjectStore, name: string, from = 0) =>
  store
    .eventsSince(from)
    .filter(({ resource, object }) => resource === "nodes" && object.metadata.name === name)
    .map(({ object }) => object as NodeObject);

/** All that the controller and the kubelet write, without the times themselves: which of them are the same, though. */
const shape = ({ spec, status }: NodeObject) => ({
  taints: spec.taints?.map(({ timeAdded, ...taint }) => ({
    ...taint,
    timed: timeAdded !== undefined,
  })),
  conditions: status.conditions
    .map(({ lastHeartbeatTime, lastTransitionTime, ...words }) => ({
      ...words,
      heardSinceItTurned: lastHeartbeatTime >= lastTransitionTime,
    }))
    .toSorted((a, b) => (a.type < b.type ? -1 : 1)),
});

const until = (what: () => void) => vi.waitFor(what, { timeout: 5_000, interval: 5 });

const node = (store: ObjectStore, name: string) => store.get<NodeObject>("nodes", name)!;
const taintsOf = (store: ObjectStore, name: string) =>
  (node(store, name).spec.taints ?? []).map(({ key, effect }) => `${key.split("/")[1]} ${effect}`);

function addPod(store: ObjectStore, nodeName: string): PodObject {
  const pod = store.create("pods", podObject("pong", "netchecker", nodeName));
  return store.update<PodObject>("pods", pod, (copy) => {
    schedule(copy, nodeName);
    run(copy, "10.244.3.39", "10.0.0.3");
    setReady(copy, true);
  });
}

test("a killed kubelet's node and its return are told in the events of a real control plane, in their order", async () => {
  const store = new ObjectStore(1, { nodes: [structuredClone(recorded[0]!)] });
  const start = store.version;
  const nodes = controlled(store);
  let heardAt = Date.now();
  nodes.hear("n3", () => heardAt);
  await until(() => expect(taintsOf(store, "n3")).toHaveLength(2));
  const pulse = setInterval(() => (heardAt = Date.now()), TIMES.heartbeatMs);
  // A second later, so that what turned at another time has another time.
  await sleep(1_000);
  store.update<NodeObject>("nodes", node(store, "n3"), (copy) => setNodeReady(copy, true));
  await until(() => expect(node(store, "n3").spec).not.toHaveProperty("taints"));
  clearInterval(pulse);
  expect(history(store, "n3", start).map(shape)).toEqual(recorded.slice(1).map(shape));
});

test("a heartbeat within the grace period is enough, one too late is not", async () => {
  const store = new ObjectStore();
  store.create("nodes", nodeObject("node-1", "10.0.0.1", 10_250));
  const start = store.version;
  let heardAt = Date.now();
  controlled(store).hear("node-1", () => heardAt);
  for (let beats = 0; beats < 4; beats += 1) {
    await sleep(0.7 * TIMES.graceMs);
    heardAt = Date.now();
  }
  expect(history(store, "node-1", start)).toEqual([]);
  await until(() => expect(readyStatus(node(store, "node-1"))).toBe("Unknown"));
  const silentMs = Date.now() - heardAt;
  expect(silentMs).toBeGreaterThan(TIMES.graceMs);
  expect(silentMs).toBeLessThan(TIMES.graceMs + 6 * TIMES.monitorMs);
});

test("a silent node's pods are marked not ready, after its first taint, and no other word of theirs is touched", async () => {
  const store = new ObjectStore();
  store.create("nodes", nodeObject("node-1", "10.0.0.1", 10_250));
  store.create("nodes", nodeObject("node-2", "10.0.0.2", 10_250));
  const [silent, other] = [addPod(store, "node-1"), addPod(store, "node-2")];
  const start = store.version;
  const nodes = controlled(store);
  nodes.hear("node-1", () => 0);
  nodes.hear("node-2", () => Date.now());
  await until(() => expect(taintsOf(store, "node-1")).toHaveLength(2));
  const steps = store.eventsSince(start).map(({ resource, object }) => {
    const taints = (object as NodeObject).spec.taints ?? [];
    return resource === "pods" ? object.metadata.name : taints.map(({ effect }) => effect).join();
  });
  expect(steps).toEqual(["", "NoSchedule", silent.metadata.name, "NoSchedule,NoExecute"]);
  const { status } = store.get<PodObject>("pods", silent.metadata.name, "netchecker")!;
  const conditions = status.conditions!.map((condition) => `${condition.type} ${condition.status}`);
  expect(conditions).toContain("Ready False");
  expect(conditions).toContain("ContainersReady True");
  expect(status.containerStatuses).toMatchObject([{ ready: true }]);
  expect(store.get("pods", other.metadata.name, "netchecker")).toEqual(other);
});

test("several silent nodes of a zone get their NoExecute taints one after the other, of two zones side by side", async () => {
  const store = new ObjectStore();
  const nodes = controlled(store);
  const at = new Map<string, number>();
  for (const [name, zone] of [
    ["node-1", "a"],
    ["node-2", "a"],
    ["node-3", "b"],
  ] as const) {
    const object = nodeObject(name, "10.0.0.1", 10_250);
    object.metadata.labels!["topology.kubernetes.io/zone"] = zone;
    store.create("nodes", object);
    nodes.hear(name, () => 0);
  }
  const names = ["node-1", "node-2", "node-3"];
  store.onChange(() => {
    for (const name of names)
      if (!at.has(name) && taintsOf(store, name).includes("unreachable NoExecute"))
        at.set(name, Date.now());
  });
  await until(() => expect(at.size).toBe(3));
  expect(at.get("node-3")! - at.get("node-1")!).toBeLessThan(TIMES.noExecuteMs);
  expect(at.get("node-2")! - at.get("node-1")!).toBeGreaterThanOrEqual(0.9 * TIMES.noExecuteMs);
});

test("a kubelet that says its node is not ready leaves its pods as they are", async () => {
  const store = new ObjectStore();
  store.create("nodes", nodeObject("node-1", "10.0.0.1", 10_250));
  const pod = addPod(store, "node-1");
  controlled(store).hear("node-1", () => Date.now());
  store.update<NodeObject>("nodes", node(store, "node-1"), (copy) => setNodeReady(copy, false));
  expect(taintsOf(store, "node-1")).toEqual(["not-ready NoSchedule"]);
  await until(() =>
    expect(taintsOf(store, "node-1")).toEqual(["not-ready NoSchedule", "not-ready NoExecute"]),
  );
  expect(store.get("pods", pod.metadata.name, "netchecker")).toEqual(pod);
});

test("while the API server is away nobody is judged, and afterwards everybody has the whole grace period", async () => {
  const store = new ObjectStore();
  store.create("nodes", nodeObject("node-1", "10.0.0.1", 10_250));
  let served = false;
  controlled(store, () => served).hear("node-1", () => 0);
  await sleep(1.5 * TIMES.graceMs);
  expect(readyStatus(node(store, "node-1"))).toBe("True");
  served = true;
  const backAt = Date.now();
  await until(() => expect(readyStatus(node(store, "node-1"))).toBe("Unknown"));
  expect(Date.now() - backAt).toBeGreaterThan(TIMES.graceMs);
});

test("pods of a node without an object are deleted after a while, those of others stay", async () => {
  const store = new ObjectStore();
  store.create("nodes", nodeObject("node-1", "10.0.0.1", 10_250));
  const [kept, orphan] = [addPod(store, "node-1"), addPod(store, "node-2")];
  const startedAt = Date.now();
  controlled(store);
  await until(() => expect(store.list("pods")).toEqual([kept]));
  expect(Date.now() - startedAt).toBeGreaterThan(TIMES.orphanMs);
  expect(orphan.spec.nodeName).toBe("node-2");
});

test("the control plane is as much faster as rounds are shorter than 60 s, and never slower", () => {
  expect(speedFor(60_000)).toBe(1);
  expect(speedFor(3_000)).toBe(20);
  expect(speedFor(3_600_000)).toBe(1);
  expect(controlPlaneTimes(1)).toMatchObject({ heartbeatMs: 10_000, graceMs: 50_000 });
  expect(controlPlaneTimes(20)).toMatchObject({ heartbeatMs: 500, graceMs: 2_500 });
  expect(controlPlaneTimes(20, { graceMs: 40_000 })).toMatchObject({ graceMs: 2_000 });
});
