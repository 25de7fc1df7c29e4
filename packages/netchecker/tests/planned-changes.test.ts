import type { Outcome, TargetList } from "@netchecker/contract";
import { kubeTime } from "@netchecker/testbed/kubernetes/api-server/kube-object";
import { ApiServer } from "@netchecker/testbed/kubernetes/api-server/api-server";
import {
  cordon,
  type NodeObject,
  nodeObject,
  setNodeReady,
} from "@netchecker/testbed/kubernetes/objects/node-object";
import {
  type PodObject,
  podObject,
  run,
  schedule,
  setReady,
  terminate,
} from "@netchecker/testbed/kubernetes/objects/pod-object";
import { serviceObject } from "@netchecker/testbed/kubernetes/objects/service-object";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { watchCluster } from "../src/adapters/watch-cluster.ts";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { results } from "../src/core/results.ts";
import type { RoundKeeper } from "../src/keep-rounds.ts";
import type { RoundRunner } from "../src/run-rounds.ts";
import { type ARedis, aRedis, LOG } from "./support/a-redis.ts";
import { aRunner } from "./support/a-runner.ts";
import { accessTo } from "./support/access-to.ts";
import { failing, OK, TIMEOUT } from "@netchecker/round/testing/a-round";
import { simulateAgents } from "./support/a-simulated-agent.ts";

const NODES = 100;
/** Scaled down from minutes in a real cluster. */
const NODE_STARTUP_MS = 6_000;
/** The nodes were there long before netchecker. */
const LONG_AGO = kubeTime(new Date(Date.now() - 86_400_000));
const NAMESPACE = "netchecker";

let redis: ARedis;
let api: ApiServer;
let stop: AbortController;
let netchecker: ReturnType<typeof aRunner>;
let cluster: ReturnType<typeof watchCluster>;
let keeper: RoundKeeper;
let runner: RoundRunner;
/** The addresses at which a pong answers right now. */
let answering: Set<string>;
/** The nodes whose machine is off. Nothing there answers or reports. */
let off: Set<string>;
/** The nodes whose machine is on, but whose pods do not run. */
let withoutPods: Set<string>;
/** The nodes on which only the kubelet is dead. */
let withoutKubelet: Set<string>;
/** Called after the lists are published and before the agents probe: changes the cluster during a round. */
let meanwhile: () => void;

beforeEach(async () => {
  redis = await aRedis();
  stop = new AbortController();
  api = new ApiServer();
  answering = new Set();
  off = new Set();
  withoutPods = new Set();
  withoutKubelet = new Set();
  meanwhile = () => {};
  for (let index = 1; index <= NODES; index += 1) addNode(index);
  const service = { name: "pong-svc", namespace: NAMESPACE, clusterIp: "10.96.0.10" };
  api.store.create("services", serviceObject({ ...service, port: 8080, nodePort: 32_088 }));
  await api.start();
  await startAgents();
  await startNetchecker();
});
afterEach(async () => {
  await netchecker.stop();
  stop.abort();
  await api.stop();
  await redis.stop();
});

const nodeIp = (index: number) => `10.0.${index >> 8}.${index & 255}`;

function addNode(index: number): void {
  const node = nodeObject(`node-${index}`, nodeIp(index), 10_250);
  node.metadata.creationTimestamp = LONG_AGO;
  for (const condition of node.status.conditions) condition.lastTransitionTime = LONG_AGO;
  api.store.create("nodes", node);
  addPod("ping", index, `10.1.${index >> 8}.${index & 255}`);
  addPod("pong", index, `10.2.${index >> 8}.${index & 255}`);
}

function addPod(workload: "ping" | "pong", index: number, ip: string): PodObject {
  const pod = podObject(workload, NAMESPACE, `node-${index}`);
  schedule(pod, `node-${index}`);
  run(pod, ip, nodeIp(index));
  setReady(pod, true);
  if (workload === "pong") answering.add(ip);
  return api.store.create("pods", pod);
}

const podsOf = (workload: string, index: number): PodObject[] =>
  api.store
    .list<PodObject>("pods")
    .filter(
      (pod) => pod.metadata.labels?.["name"] === workload && pod.spec.nodeName === `node-${index}`,
    );

const theNode = (index: number) => api.store.get<NodeObject>("nodes", `node-${index}`)!;

function removePod(pod: PodObject): void {
  answering.delete(pod.status.podIP!);
  api.store.remove("pods", pod);
}

const runs = (node: string) => !off.has(node) && !withoutPods.has(node);

/** The simulated network: a pod answers at an address in use, and a NodePort answers if a pong of its node does. */
function probe(list: TargetList, index: number): Outcome {
  const address = list.address[index]!;
  const ip = address.slice(0, address.lastIndexOf(":"));
  const check = list.check[index];
  const node = list.node[index] ?? "";
  if (off.has(node)) return TIMEOUT;
  if (check === "tcp" && withoutKubelet.has(node)) return REFUSED;
  if (check !== "tcp" && withoutPods.has(node)) return TIMEOUT;
  if (check === "echo") return answering.has(ip) ? OK : TIMEOUT;
  if (check !== "nodeport") return OK;
  return podsOf("pong", Number(node.slice("node-".length))).some((pod) =>
    answering.has(pod.status.podIP!),
  )
    ? OK
    : TIMEOUT;
}

const REFUSED = failing("connection_refused");

/** A failed probe takes several attempts, so its report comes at least this late. */
const ATTEMPTS_MS = 300;

/** Every existing ping pod reports. Its probes see the network as it is after `meanwhile`. */
async function startAgents(): Promise<void> {
  await simulateAgents(await redis.connect("subscriber"), await redis.connect(), (list) => {
    if (list.type === "pod") meanwhile();
    const outcomes = list.check.map((_, index) => probe(list, index));
    const delayMs = outcomes.every(({ reason }) => reason === "ok") ? 0 : ATTEMPTS_MS;
    return api.store
      .list<PodObject>("pods")
      .filter(({ metadata, spec }) => metadata.labels?.["name"] === "ping" && runs(spec.nodeName!))
      .map((pod) => ({
        pod: pod.metadata.name,
        node: pod.spec.nodeName!,
        answer: (_: TargetList, index: number) => outcomes[index]!,
        delayMs,
      }));
  });
}

async function startNetchecker(): Promise<void> {
  const pair = { commands: await redis.connect(), subscriber: await redis.connect("subscriber") };
  const of = { namespace: NAMESPACE, serviceName: "pong-svc" };
  cluster = watchCluster(accessTo(api), of, LOG, stop.signal);
  netchecker = aRunner(pair, {
    owner: "netchecker",
    intervalMs: 3_600_000,
    timeoutMs: 2_000,
    history: { fullRounds: 5, rounds: 50 },
    nodeStartupMs: NODE_STARTUP_MS,
    cluster,
  });
  ({ keeper, runner } = netchecker);
  await vi.waitFor(() => expect(keeper.latest?.head.stored).toBe(true), { timeout: 10_000 });
  expect(keeper.latest?.summary.pod).toMatchObject({ total: NODES * NODES, ok: NODES * NODES });
}

async function aRound(): Promise<ClosedRound> {
  const { id } = await vi.waitFor(() => runner.trigger(), { timeout: 5_000 });
  await vi.waitFor(() => expect(keeper.latest?.head.id).toBe(id), { timeout: 5_000 });
  return keeper.latest!;
}

/** Runs rounds until one passes `check`, because the watch needs some time to see a change. */
const aRoundWith = (check: (round: ClosedRound) => void): Promise<ClosedRound> =>
  vi.waitFor(
    async () => {
      const round = await aRound();
      check(round);
      return round;
    },
    { timeout: 15_000 },
  );

const failed = (round: ClosedRound) =>
  [...results(round, { ok: false })].filter(({ planned }) => !planned);
const missing = (round: ClosedRound) => round.head.missing;
const failedChecks = (round: ClosedRound) => new Set(failed(round).map(({ check }) => check));
const recordOf = (index: number) =>
  cluster.view().nodes.find(({ name }) => name === `node-${index}`);

/** The reason and message with which each status of the Ready condition is written. */
const WORDS = {
  True: ["KubeletReady", "kubelet is posting ready status"],
  False: ["KubeletNotReady", "node is shutting down"],
  Unknown: ["NodeStatusUnknown", "Kubelet stopped posting node status."],
} as const;

/** Changes a node's condition, and its pods' readiness as the node controller does. */
function become(index: number, status: keyof typeof WORDS, podsReady = status === "True"): void {
  const [reason, message] = WORDS[status];
  api.store.update<NodeObject>("nodes", theNode(index), (copy) => {
    const ready = copy.status.conditions.find(({ type }) => type === "Ready")!;
    if (ready.status !== status) ready.lastTransitionTime = kubeTime();
    Object.assign(ready, { status, reason, message });
    const timeAdded = kubeTime();
    const unreachable = { key: "node.kubernetes.io/unreachable", timeAdded };
    copy.spec.taints = (copy.spec.taints ?? []).filter(({ key }) => key !== unreachable.key);
    if (status === "Unknown")
      copy.spec.taints.push(
        { ...unreachable, effect: "NoSchedule" },
        { ...unreachable, effect: "NoExecute" },
      );
  });
  for (const pod of [...podsOf("ping", index), ...podsOf("pong", index)])
    api.store.update<PodObject>("pods", pod, (copy) => setReady(copy, podsReady));
}

/** Waits until netchecker's view of a node is as wanted. */
const isSeen = (index: number, is: object) =>
  vi.waitFor(() => expect(recordOf(index)).toMatchObject(is), { timeout: 5_000 });

const whys = (round: ClosedRound) =>
  new Set([...results(round)].flatMap(({ planned }) => planned ?? []));

describe("planned changes in a cluster of 100 nodes", () => {
  it("a rollout of pong during every round gives no failed pair", async () => {
    const seen = new Set<string>();
    for (let first = 1; first <= NODES; first += 10) {
      // With a maxUnavailable of ten, these pods are replaced after the lists were published.
      meanwhile = () => {
        for (let index = first; index < first + 10; index += 1)
          for (const pod of podsOf("pong", index)) {
            removePod(pod);
            addPod("pong", index, `10.3.${index >> 8}.${index & 255}`);
          }
        meanwhile = () => {};
      };
      const round = await aRound();
      expect(failed(round)).toEqual([]);
      expect(round.summary.pod).toMatchObject({ failed: 0, unknown: 0, planned: 10 * NODES });
      for (const why of whys(round)) seen.add(why);
    }
    expect(seen).toEqual(new Set(["pod_gone"]));
    expect((await aRound()).summary.pod).toEqual({
      total: 10_000,
      ok: 10_000,
      failed: 0,
      unknown: 0,
      planned: 0,
    });
  }, 60_000);

  it("a terminating pong that no longer answers is planned, until another one is there", async () => {
    const [pod] = podsOf("pong", 7);
    api.store.update<PodObject>("pods", pod!, (copy) => terminate(copy));
    answering.delete(pod!.status.podIP!);
    const round = await aRoundWith((closed) => expect(whys(closed)).toContain("pod_terminating"));
    expect(failed(round)).toEqual([]);
    expect(round.summary.pod).toMatchObject({ failed: 0, planned: NODES });
    removePod(pod!);
    const starting = podObject("pong", NAMESPACE, "node-7");
    api.store.create("pods", starting);
    const young = await aRoundWith((closed) => expect(whys(closed)).toContain("pod_starting"));
    expect(young.summary.pod).toMatchObject({ failed: 0, unknown: 0, planned: NODES });
  }, 60_000);

  it("a drain shows its node's failures as planned", async () => {
    api.store.update<NodeObject>("nodes", theNode(5), cordon);
    for (const pod of podsOf("pong", 5)) removePod(pod);
    const round = await aRoundWith((closed) =>
      expect(whys(closed)).toEqual(new Set(["node_cordoned"])),
    );
    expect(failed(round)).toEqual([]);
    expect(round.summary.pod).toMatchObject({ failed: 0, unknown: 0, planned: NODES });
  }, 60_000);

  it("an autoscaler's scale-down gives no failure: the taint, then NotReady, then the node is gone within a round", async () => {
    const going = { key: "ToBeDeletedByClusterAutoscaler", effect: "NoSchedule" } as const;
    api.store.update<NodeObject>("nodes", theNode(9), (copy) => {
      copy.spec.taints = [going];
    });
    await isSeen(9, { leaving: going.key });
    off.add("node-9");
    const taken = await aRound();
    expect(failed(taken)).toEqual([]);
    expect(whys(taken)).toEqual(new Set(["node_leaving"]));
    for (const pod of [...podsOf("pong", 9), ...podsOf("ping", 9)]) removePod(pod);
    become(9, "Unknown");
    await isSeen(9, { ready: false });
    const lost = await aRoundWith((closed) =>
      expect(closed.head.coverage).toEqual({ nodes: 100, ready: 99 }),
    );
    expect(failed(lost)).toEqual([]);
    expect(missing(lost)).toMatchObject([
      { node: "node-9", why: "no_pod", planned: "node_leaving" },
    ]);
    meanwhile = () => {
      if (theNode(9)) api.store.remove("nodes", theNode(9));
    };
    expect(failed(await aRound())).toEqual([]);
    meanwhile = () => {};
    const gone = await aRoundWith((closed) => expect(closed.head.expected).toBe(99));
    expect([...results(gone, { to: "node-9" }), ...results(gone, { from: "node-9" })]).toEqual([]);
    expect(gone.summary.pod).toEqual({
      total: 9_801,
      ok: 9_801,
      failed: 0,
      unknown: 0,
      planned: 0,
    });
  }, 60_000);

  it("a node that dies unplanned fails in every round: before, while and after Kubernetes notices", async () => {
    off.add("node-9");
    const isDown = (round: ClosedRound): void => {
      expect(whys(round)).toEqual(new Set());
      expect(missing(round)).toMatchObject([{ node: "node-9", why: "unreachable", planned: null }]);
      expect(failed(round).filter(({ check }) => check === "echo")).toHaveLength(NODES - 1);
      expect(failedChecks(round)).toEqual(new Set(["echo", "tcp", "nodeport"]));
    };
    const before = await aRound();
    isDown(before);
    expect(before.head.coverage.ready).toBe(100);
    // Kubernetes notices while a round is open.
    meanwhile = () => {
      meanwhile = () => {};
      become(9, "Unknown");
    };
    isDown(await aRound());
    await isSeen(9, { ready: false });
    const after = await aRoundWith(({ head }) => expect(head.coverage.ready).toBe(99));
    isDown(after);
    expect(after.plan.agents[8]).toMatchObject({ node: "node-9", ready: false, absent: null });
    for (const pod of [...podsOf("ping", 9), ...podsOf("pong", 9)])
      api.store.update<PodObject>("pods", pod, (copy) => terminate(copy));
    await vi.waitFor(() =>
      expect(cluster.view().pods.filter(({ terminating }) => terminating)).toHaveLength(2),
    );
    isDown(await aRound());
    // Somebody cordons the node. From then on its failures are planned, and still in every row.
    api.store.update<NodeObject>("nodes", theNode(9), cordon);
    await isSeen(9, { cordoned: true });
    const cordoned = await aRound();
    expect(failed(cordoned)).toEqual([]);
    expect(whys(cordoned)).toEqual(new Set(["node_cordoned"]));
    expect(cordoned.summary.pod).toMatchObject({ failed: 0, planned: 2 * NODES - 1 });
  }, 60_000);

  it("if a kubelet dies and its pods live, they are asked, they report, and nothing is planned", async () => {
    withoutKubelet.add("node-9");
    become(9, "Unknown");
    await isSeen(9, { ready: false });
    const round = await aRoundWith(({ head }) => expect(head.coverage.ready).toBe(99));
    expect(missing(round)).toEqual([]);
    expect(round.head.reported).toBe(NODES);
    expect(whys(round)).toEqual(new Set());
    expect(failedChecks(round)).toEqual(new Set(["tcp"]));
    expect(round.summary.pod).toMatchObject({ ok: NODES * NODES, failed: 0, planned: 0 });
  }, 60_000);

  it("an orderly shutdown is planned, even after the node controller has overwritten the kubelet's condition", async () => {
    become(9, "False");
    await isSeen(9, { shutdownSince: expect.any(Number) });
    off.add("node-9");
    const first = await aRound();
    become(9, "Unknown");
    await isSeen(9, { readiness: { status: "Unknown" } });
    for (const round of [first, await aRound()]) {
      expect(failed(round)).toEqual([]);
      expect(whys(round)).toEqual(new Set(["node_shutting_down"]));
    }
  }, 60_000);

  it("a node that returns is planned until its pods are ready, twice; the third time it flaps", async () => {
    const crashAndReturn = async (times: number): Promise<ClosedRound> => {
      off.add("node-9");
      become(9, "Unknown");
      await isSeen(9, { ready: false });
      off.delete("node-9");
      withoutPods.add("node-9");
      become(9, "True", false);
      await vi.waitFor(() => expect(recordOf(9)?.returns).toHaveLength(times));
      return aRoundWith(({ head }) => expect(head.coverage.ready).toBe(99));
    };
    for (const times of [1, 2]) {
      const round = await crashAndReturn(times);
      expect(failed(round)).toEqual([]);
      expect(missing(round)).toMatchObject([{ node: "node-9", planned: "node_returning" }]);
      expect(round.summary.pod).toMatchObject({ failed: 0, planned: NODES - 1, unknown: NODES });
    }
    withoutPods.delete("node-9");
    become(9, "True");
    const well = await aRoundWith(({ head }) => expect(head.coverage.ready).toBe(100));
    expect(well.head.reported).toBe(NODES);
    expect(well.summary.pod).toMatchObject({ ok: NODES * NODES, planned: 0 });
    const third = await crashAndReturn(3);
    expect(missing(third)).toMatchObject([{ node: "node-9", why: "pod_not_ready", planned: null }]);
    expect(whys(third)).toEqual(new Set());
    expect(failed(third).length).toBeGreaterThanOrEqual(NODES - 1);
  }, 60_000);

  it("a new node is starting, and becomes a fault with its kubelet's message if it never becomes Ready", async () => {
    const node = nodeObject("node-101", "10.0.1.1", 10_250);
    setNodeReady(node, false);
    api.store.create("nodes", node);
    off.add("node-101");
    await vi.waitFor(() => expect(recordOf(101)).toMatchObject({ everReady: false }));
    const coming = await aRound();
    expect(missing(coming)).toMatchObject([
      { node: "node-101", why: "no_pod", planned: "node_starting" },
    ]);
    expect(failed(coming)).toEqual([]);
    const late = await aRoundWith((closed) =>
      expect(missing(closed)).toMatchObject([{ node: "node-101", planned: null }]),
    );
    expect(missing(late)[0]?.detail).toContain("cni plugin not initialized");
    expect(failedChecks(late)).toEqual(new Set(["tcp", "nodeport"]));
  }, 60_000);

  it("a node on which no agent can run is named with the reason in its pod's status", async () => {
    const [ping] = podsOf("ping", 3);
    api.store.remove("pods", ping!);
    const pending = podObject("ping", NAMESPACE, "node-3");
    pending.status.conditions = [
      {
        type: "PodScheduled",
        status: "False",
        lastProbeTime: null,
        lastTransitionTime: new Date().toISOString(),
        reason: "Unschedulable",
        message: "0/100 nodes are available: 1 Insufficient memory.",
      },
    ] as never;
    api.store.create("pods", pending);
    await aRoundWith(({ head }) =>
      expect(head.missing).toEqual([
        {
          pod: pending.metadata.name,
          node: "node-3",
          why: "pod_not_ready",
          detail: "Unschedulable: 0/100 nodes are available: 1 Insufficient memory.",
          planned: null,
        },
      ]),
    );
  }, 60_000);
});
