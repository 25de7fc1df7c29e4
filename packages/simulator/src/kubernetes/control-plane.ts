import type { ClusterView } from "@netchecker/round/cluster-view";
import type { NodePasts } from "@netchecker/round/node-past";
import type { Cluster, SimulatedNode } from "../cluster.ts";
import type { Random } from "../random.ts";
import {
  type NodeInApi,
  nodeObject,
  type PodInApi,
  podObject,
  type ReadyCondition,
  type Taint,
} from "./api-objects.ts";
import { WatchedRecords } from "./records.ts";
import type { Timeline } from "./timeline.ts";

/** A node as it is, beside what the API server has of it. */
export interface SimNode {
  readonly simulated: SimulatedNode;
  /** Null where the API server has no such node. */
  api: NodeInApi | null;
  readonly pods: Set<SimPod>;
  machine: boolean;
  kubelet: boolean;
  /** Pods can be given a network. */
  network: boolean;
  /** The kubelet renews its lease. */
  beating: boolean;
  lastBeatAt: number;
  /** How often its kubelet was started or ended: what an earlier one began is void. */
  life: number;
  /** Its images are there: what has run once starts fast. */
  pulled: boolean;
  /** Its own clock, ahead of all others' by so much. */
  clockAheadMs: number;
}

/** A pod as it is, beside what the API server has of it. */
export interface SimPod extends PodInApi {
  readonly node: SimNode;
  /** Its process runs and answers. */
  running: boolean;
  /** Its address is on its node: a container that ended alone is refused, one that is gone meets silence. */
  reachable: boolean;
  /** It is behind the service, as kube-proxies know it. */
  listed: boolean;
  /** The API server has it. */
  there: boolean;
}

/**
 * kube-controller-manager calls a node Unknown at the first look after its grace period: 50 s since Kubernetes
 * 1.32, 40 s before (kubernetes/kubernetes#126287); it looks every 5 s. A lease is renewed every 10 s.
 */
const GRACES_MS = [40_000, 50_000] as const;
const LOOKS_EVERY_MS = 5_000;
const BEATS_EVERY_MS = 10_000;
/** A node that never posted anything has a minute (`--node-startup-grace-period`). */
const STARTUP_GRACE_MS = 60_000;

const LONG_AGO = Date.parse("2026-11-01T08:00:00Z");

const UNREACHABLE = "node.kubernetes.io/unreachable";
const NOT_READY = "node.kubernetes.io/not-ready";
const READY = { reason: "KubeletReady", message: "kubelet is posting ready status" } as const;

/**
 * The API server and the controllers around it: what Kubernetes shows of nodes, pods and endpoints, and how long
 * after. What really happens to machines and pods is told to it by those who do it.
 */
export class ControlPlane {
  readonly cluster: Cluster;
  readonly timeline: Timeline;
  readonly random: Random;
  readonly nodes: readonly SimNode[];
  readonly #graceMs: number;
  readonly #looksAt: number;
  #addresses = 0;
  readonly #records = new WatchedRecords();
  readonly #waiting: { readonly until: () => boolean; readonly happens: () => void }[] = [];

  /** Nodes that are `absent` have yet to come. */
  constructor(
    cluster: Cluster,
    timeline: Timeline,
    random: Random,
    absent: ReadonlySet<number> = new Set(),
  ) {
    this.cluster = cluster;
    this.timeline = timeline;
    this.random = random;
    this.#graceMs = random.pick(GRACES_MS);
    this.#records.listsAt(timeline.now);
    this.#looksAt = timeline.now + random.between(0, LOOKS_EVERY_MS);
    this.nodes = cluster.nodes.map((simulated) => {
      const there = !absent.has(simulated.index);
      const node: SimNode = {
        simulated,
        api: null,
        pods: new Set(),
        machine: there,
        kubelet: there,
        network: there,
        beating: there,
        lastBeatAt: timeline.now,
        life: 0,
        pulled: there,
        clockAheadMs: random.between(-1_000, 1_000),
      };
      if (there) this.#standsLongSince(node);
      return node;
    });
    this.#records.watchesFrom(timeline.now);
  }

  #standsLongSince(node: SimNode): void {
    const { simulated } = node;
    node.api = {
      createdAt: LONG_AGO,
      deletingSince: null,
      cordoned: false,
      taints: [],
      ready: { status: "True", ...READY, since: LONG_AGO + 30_000 },
      addressed: true,
      uid: `${simulated.name}-0`,
      bootId: `boot-${simulated.index}-0`,
    };
    this.nodeChanged(node);
    for (const app of ["ping", "pong"] as const) {
      const pod: SimPod = {
        node,
        app,
        name: simulated[app],
        nodeName: simulated.name,
        createdAt: LONG_AGO + 40_000,
        terminatingSince: null,
        ip: app === "ping" ? simulated.pingIp : simulated.pongIp,
        ready: true,
        readySince: LONG_AGO + 60_000,
        restarts: 0,
        startedAt: LONG_AGO + 50_000,
        failed: null,
        running: true,
        reachable: true,
        listed: true,
        there: true,
      };
      node.pods.add(pod);
      this.podChanged(pod);
    }
  }

  newAddress(): string {
    this.#addresses += 1;
    return `10.245.${this.#addresses >> 8}.${this.#addresses & 255}`;
  }

  get now(): number {
    return this.timeline.now;
  }

  /** So long after now, within bounds of milliseconds. */
  soon(low: number, high: number, happens: () => void): void {
    this.timeline.after(this.random.between(low, high), happens);
  }

  /** As soon as it is so: looked at whenever the API server has something new. */
  when(until: () => boolean, happens: () => void): void {
    if (until()) happens();
    else this.#waiting.push({ until, happens });
  }

  /** What netchecker's watch knows. */
  view(): ClusterView {
    return {
      nodes: this.#records.nodes,
      pods: this.#records.pods,
      service: {
        name: "pong-svc",
        uid: "pong-svc-uid",
        clusterIPs: ["10.96.0.10"],
        ports: [{ port: 8080, nodePort: 32_088 }],
      },
      at: this.now,
      staleSince: null,
    };
  }

  /** What netchecker stores of what its watch knows of nodes. */
  nodePasts(): NodePasts {
    return this.#records.nodePasts(this.now);
  }

  /** A netchecker that starts anew lists what is there, and knows of before what was stored. */
  watchAnew(stored: NodePasts): void {
    this.#records.listsAt(this.now);
    for (const node of this.nodes) {
      this.nodeChanged(node);
      for (const pod of node.pods) this.podChanged(pod);
    }
    this.#records.watchesFrom(this.now);
    this.#records.recall(stored);
  }

  /** After any change of what the API server has of a node. */
  nodeChanged(node: SimNode): void {
    const { simulated, api } = node;
    const object = api && nodeObject(simulated, this.cluster.labelled, api);
    this.#records.node(simulated.name, object, this.now);
    this.#look();
  }

  /** After any change of what the API server has of a pod. Endpoints, and kube-proxies, follow. */
  podChanged(pod: SimPod): void {
    this.#records.pod(pod.name, pod.there ? podObject(pod) : null, this.now);
    const listed = pod.there && pod.ready && pod.terminatingSince === null;
    if (pod.listed !== listed)
      this.soon(200, 2_500, () => {
        pod.listed = pod.there && pod.ready && pod.terminatingSince === null;
        this.#look();
      });
    this.#look();
  }

  #look(): void {
    for (let index = 0; index < this.#waiting.length;) {
      const waits = this.#waiting[index]!;
      if (waits.until()) {
        this.#waiting.splice(index, 1);
        waits.happens();
      } else index += 1;
    }
  }

  cordon(node: SimNode, cordoned = true): void {
    if (!node.api) return;
    node.api.cordoned = cordoned;
    this.taint(node, "node.kubernetes.io/unschedulable", "NoSchedule", cordoned);
  }

  /** Adds a taint, or takes it away. */
  taint(node: SimNode, key: string, effect: Taint["effect"], there = true): void {
    if (!node.api) return;
    const others = node.api.taints.filter((each) => each.key !== key || each.effect !== effect);
    node.api.taints = there ? [...others, { key, effect, addedAt: this.now }] : others;
    this.nodeChanged(node);
  }

  /** The kubelet's word on itself, by its own clock. */
  kubeletSays(node: SimNode, status: "True" | "False", reason = "", message = ""): void {
    if (!node.api || !node.kubelet) return;
    const told = status === "True" ? READY : { reason: reason || "KubeletNotReady", message };
    this.#setReady(node, { status, ...told, since: this.now + node.clockAheadMs });
    this.#taintAs(node, UNREACHABLE, false);
    this.#taintAs(node, NOT_READY, status === "False");
  }

  #setReady({ api }: SimNode, condition: ReadyCondition): void {
    if (!api) return;
    const since = api.ready?.status === condition.status ? api.ready.since : condition.since;
    api.ready = { ...condition, since };
  }

  /** Of the two taints of a condition, NoSchedule comes and goes at once, NoExecute at the next look. */
  #taintAs(node: SimNode, key: string, there: boolean): void {
    this.nodeChanged(node);
    const { status } = node.api!.ready!;
    const still = () => node.api?.ready?.status === status;
    const has = (effect: string) =>
      node.api?.taints.some((taint) => taint.key === key && taint.effect === effect) ?? false;
    for (const [effect, low, high] of [
      ["NoSchedule", 50, 800],
      ["NoExecute", 900, LOOKS_EVERY_MS],
    ] as const)
      if (has(effect) !== there)
        this.soon(low, high, () => {
          if (still()) this.taint(node, key, effect, there);
        });
  }

  /** The kubelet, or its way to the API server, is gone. */
  beatsStop(node: SimNode): void {
    if (!node.beating) return;
    node.beating = false;
    node.lastBeatAt = this.now - this.random.between(0, BEATS_EVERY_MS);
    this.#expectSilence(node, this.#graceMs);
  }

  #expectSilence(node: SimNode, graceMs: number): void {
    const { lastBeatAt } = node;
    const looks = Math.ceil((lastBeatAt + graceMs - this.#looksAt) / LOOKS_EVERY_MS);
    this.timeline.at(Math.max(this.now, this.#looksAt + looks * LOOKS_EVERY_MS), () => {
      if (!node.beating && node.lastBeatAt === lastBeatAt) this.#callUnknown(node);
    });
  }

  #callUnknown(node: SimNode): void {
    if (!node.api) return;
    const was = node.api.ready?.status;
    if (was === "Unknown") return;
    const told =
      was === undefined
        ? { reason: "NodeStatusNeverUpdated", message: "Kubelet never posted node status." }
        : { reason: "NodeStatusUnknown", message: "Kubelet stopped posting node status." };
    this.#setReady(node, { status: "Unknown", ...told, since: this.now });
    this.#taintAs(node, NOT_READY, false);
    this.#taintAs(node, UNREACHABLE, true);
    // After Ready=False its pods are not touched (kubernetes/kubernetes#112733).
    if (was !== "True") return;
    for (const pod of node.pods)
      this.soon(10, 1_000, () => {
        if (node.api?.ready?.status === "Unknown") this.callReady(pod, false);
      });
  }

  beatsAgain(node: SimNode): void {
    node.beating = true;
    node.lastBeatAt = this.now;
  }

  callReady(pod: SimPod, ready: boolean): void {
    if (!pod.there || pod.ready === ready || pod.failed) return;
    pod.ready = ready;
    pod.readySince = this.now;
    this.podChanged(pod);
  }

  /** A new Node, as whoever brings it up registers it; `posted` by its own kubelet, with a first word of it. */
  register(node: SimNode, { posted, addressed }: { posted: boolean; addressed: boolean }): void {
    node.api = {
      createdAt: this.now,
      deletingSince: null,
      cordoned: false,
      taints: [{ key: NOT_READY, effect: "NoSchedule", addedAt: this.now }],
      ready: null,
      addressed,
      uid: `${node.simulated.name}-${this.now}`,
      bootId: posted ? `boot-${node.simulated.index}-${node.life}` : "",
    };
    if (posted) this.beatsAgain(node);
    else {
      node.beating = false;
      node.lastBeatAt = this.now;
      this.#expectSilence(node, STARTUP_GRACE_MS);
    }
    this.nodeChanged(node);
  }

  /** The Node goes; its pods, which nobody has any more, are collected 40 to 100 s later. */
  removeNode(node: SimNode): void {
    if (!node.api) return;
    node.api = null;
    this.nodeChanged(node);
    // Pod garbage collection: a quarantine of 40 s, looked at every 20 s.
    for (const pod of node.pods)
      this.soon(40_000, 100_000, () => {
        if (node.api === null) this.removePod(pod);
      });
  }

  removePod(pod: SimPod): void {
    pod.there = false;
    pod.running = false;
    pod.node.pods.delete(pod);
    this.podChanged(pod);
  }
}
