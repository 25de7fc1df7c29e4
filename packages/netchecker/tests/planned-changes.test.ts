import { KubeConfig } from "@kubernetes/client-node";
import { type Outcome, type TargetList } from "@netchecker/contract";
import { ApiServer } from "@netchecker/local-cluster/api-server/api-server";
import {
  cordon,
  type NodeObject,
  nodeObject,
  setNodeReady,
} from "@netchecker/local-cluster/objects/node-object";
import {
  isReady,
  type PodObject,
  podObject,
  run,
  schedule,
  setReady,
  terminate,
} from "@netchecker/local-cluster/objects/pod-object";
import { serviceObject } from "@netchecker/local-cluster/objects/service-object";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { collectReports } from "../src/adapters/collect-reports.ts";
import { holdLease } from "../src/adapters/hold-lease.ts";
import { createRoundPublisher } from "../src/adapters/publish-targets.ts";
import { createRoundStore } from "../src/adapters/store-rounds.ts";
import { Changes } from "../src/changes.ts";
import { watchCluster } from "../src/adapters/watch-cluster.ts";
import type { ClosedRound } from "../src/core/closed-round.ts";
import { results } from "../src/core/results.ts";
import { RoundsTally } from "../src/core/metrics/rounds-tally.ts";
import { RoundKeeper } from "../src/keep-rounds.ts";
import { RoundRunner } from "../src/run-rounds.ts";
import { type ARedis, aRedis, LOG, NAMES } from "./support/a-redis.ts";
import { OK, SETTINGS, TIMEOUT } from "./support/a-round.ts";
import { simulateAgents } from "./support/a-simulated-agent.ts";

const NODES = 100;
const NAMESPACE = "netchecker";

let redis: ARedis;
let api: ApiServer;
let stop: AbortController;
let running: Promise<void>;
let keeper: RoundKeeper;
let runner: RoundRunner;
/** What the network is like: the addresses at which a pong answers right now. */
let answering: Set<string>;
/** Called between the publication of the lists and the agents' probes: what overtakes a round. */
let meanwhile: () => void;

beforeEach(async () => {
  redis = await aRedis();
  stop = new AbortController();
  api = new ApiServer();
  answering = new Set();
  meanwhile = () => {};
  for (let index = 1; index <= NODES; index += 1) addNode(index);
  const service = { name: "pong-svc", namespace: NAMESPACE, clusterIp: "10.96.0.10" };
  api.store.create("services", serviceObject({ ...service, port: 8080, nodePort: 32_088 }));
  await api.start();
  await startAgents();
  await startNetchecker();
});
afterEach(async () => {
  stop.abort();
  await running;
  await api.stop();
  await redis.stop();
});

const nodeIp = (index: number) => `10.0.${index >> 8}.${index & 255}`;

function addNode(index: number): void {
  api.store.create("nodes", nodeObject(`node-${index}`, nodeIp(index), 10_250));
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

/** The physics: a pod answers at an address that is in use, a NodePort where a pong of its node answers. */
function probe(list: TargetList, index: number): Outcome {
  const address = list.address[index]!;
  const ip = address.slice(0, address.lastIndexOf(":"));
  const check = list.check[index];
  if (check === "echo") return answering.has(ip) ? OK : TIMEOUT;
  if (check !== "nodeport") return OK;
  const node = Number(list.node[index]!.slice("node-".length));
  return podsOf("pong", node).some((pod) => isReady(pod) && answering.has(pod.status.podIP!))
    ? OK
    : TIMEOUT;
}

/** A failing probe takes its attempts: that long a report of one is on its way at least. */
const ATTEMPTS_MS = 300;

/** Every ping pod that is there answers; its probes see the network as it is after `meanwhile`. */
async function startAgents(): Promise<void> {
  await simulateAgents(await redis.connect("subscriber"), await redis.connect(), (list) => {
    if (list.type === "pod") meanwhile();
    const outcomes = list.check.map((_, index) => probe(list, index));
    const delayMs = outcomes.every(({ reason }) => reason === "ok") ? 0 : ATTEMPTS_MS;
    return api.store
      .list<PodObject>("pods")
      .filter((pod) => pod.metadata.labels?.["name"] === "ping")
      .map((pod) => ({
        pod: pod.metadata.name,
        node: pod.spec.nodeName!,
        answer: (_: TargetList, index: number) => outcomes[index]!,
        delayMs,
      }));
  });
}

async function startNetchecker(): Promise<void> {
  const kubeConfig = new KubeConfig();
  const cluster = { name: "test", server: api.url, skipTLSVerify: true };
  kubeConfig.loadFromClusterAndUser(cluster, { name: "test" });
  const commands = await redis.connect();
  const store = createRoundStore(commands, NAMES, { fullRounds: 5, rounds: 50 });
  keeper = new RoundKeeper(store, LOG);
  await keeper.restore();
  runner = new RoundRunner(
    { intervalMs: 3_600_000, timeoutMs: 2_000, plan: SETTINGS },
    {
      cluster: watchCluster(
        kubeConfig,
        { namespace: NAMESPACE, serviceName: "pong-svc" },
        LOG,
        stop.signal,
      ),
      publisher: createRoundPublisher(commands, NAMES),
      reports: collectReports(await redis.connect("subscriber"), NAMES, LOG),
      store,
      keeper,
      lease: holdLease(commands, NAMES, "netchecker", LOG, stop.signal),
      tally: new RoundsTally(),
      log: LOG,
      changes: new Changes(),
      newListId: () => crypto.randomUUID(),
    },
    stop.signal,
  );
  running = runner.run();
  await vi.waitFor(() => expect(keeper.latest?.head.stored).toBe(true), { timeout: 10_000 });
  expect(keeper.latest?.summary.pod).toMatchObject({ total: NODES * NODES, ok: NODES * NODES });
}

async function aRound(): Promise<ClosedRound> {
  const { id } = await vi.waitFor(() => runner.trigger(), { timeout: 5_000 });
  await vi.waitFor(() => expect(keeper.latest?.head.id).toBe(id), { timeout: 5_000 });
  return keeper.latest!;
}

/** Rounds until one is as wanted: the watch tells of a change when it does. */
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
const whys = (round: ClosedRound) =>
  new Set([...results(round)].flatMap(({ planned }) => planned ?? []));

describe("planned changes in a cluster of 100 nodes", () => {
  it("a rollout of pong that overtakes every round raises no failed pair", async () => {
    const seen = new Set<string>();
    for (let first = 1; first <= NODES; first += 10) {
      // maxUnavailable of ten: these are replaced after the lists went out.
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

  it("a pong that terminates and no longer answers is planned, until another one is there", async () => {
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

  it("an autoscaler's scale-down: NotReady, then gone within a round, and no failure on the way", async () => {
    const agents = podsOf("ping", 9);
    for (const pod of [...podsOf("pong", 9), ...agents]) removePod(pod);
    api.store.update<NodeObject>("nodes", theNode(9), (copy) => setNodeReady(copy, false));
    const lost = await aRoundWith((closed) => {
      expect(whys(closed)).toEqual(new Set(["node_not_ready"]));
      expect(closed.head.coverage).toEqual({ nodes: 100, ready: 99 });
    });
    expect(failed(lost)).toEqual([]);
    expect(lost.head.missing).toMatchObject([
      { node: "node-9", why: "no_pod", planned: "node_not_ready" },
    ]);
    expect(lost.head.coverage).toEqual({ nodes: 100, ready: 99 });
    meanwhile = () => {
      if (theNode(9)) api.store.remove("nodes", theNode(9));
    };
    const going = await aRound();
    expect(failed(going)).toEqual([]);
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

  it("a node that no agent can run on is named with the reason in its pod's status", async () => {
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
