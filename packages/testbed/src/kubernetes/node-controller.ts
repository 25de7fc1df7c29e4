import { CompactedError, type ObjectStore } from "./api-server/object-store.ts";
import type { ControlPlaneTimes } from "./control-plane-times.ts";
import {
  addTaint,
  hasTaint,
  type NodeObject,
  readyStatus,
  removeTaint,
  setNodeUnknown,
} from "./objects/node-object.ts";
import { markNotReady, type PodObject } from "./objects/pod-object.ts";

const CORDON = "node.kubernetes.io/unschedulable";
const NOT_READY = "node.kubernetes.io/not-ready";
const UNREACHABLE = "node.kubernetes.io/unreachable";
const ZONE = "topology.kubernetes.io/zone";

/** When a kubelet's last heartbeat was heard, milliseconds since 1970. */
export type Pulse = () => number;

export interface NodeControllerOptions {
  readonly store: ObjectStore;
  readonly times: ControlPlaneTimes;
  /** Whether the API server answers: while it does not, a controller sees and writes nothing. */
  readonly served?: () => boolean;
}

/**
 * What the control plane does about nodes that stop, fall silent or come back, as long after as Kubernetes does
 * (kubernetes/kubernetes: pkg/controller/nodelifecycle): the conditions of a silent node, the taints, one by one, and
 * its pods' readiness; and the pods of nodes that have no object any more. Pods here tolerate every taint, as those of
 * DaemonSets do: none is evicted. The slower rates of half-broken zones are left out.
 */
export class NodeController {
  readonly times: ControlPlaneTimes;
  readonly #store: ObjectStore;
  readonly #served: () => boolean;
  readonly #pulses = new Map<string, Pulse>();
  readonly #firstSeen = new Map<string, number>();
  readonly #orphanedSince = new Map<string, number>();
  /** Nodes that wait for their NoExecute taint, by zone; and when a zone's next one may have it. */
  readonly #waiting = new Map<string, Set<string>>();
  readonly #nextTaintAt = new Map<string, number>();
  #cursor: number;
  #unsubscribe = () => {};
  #monitor: NodeJS.Timeout | undefined;
  #lastLookAt = 0;
  #awayAt: number | null = null;
  /** A controller that starts, or finds the API server again, gives every node the whole grace period. */
  #freshSince = Date.now();

  constructor({ store, times, served = () => true }: NodeControllerOptions) {
    this.#store = store;
    this.times = times;
    this.#served = served;
    this.#cursor = store.version;
  }

  /** Follows the store from now on. */
  start(): void {
    this.#cursor = this.#store.version;
    this.#freshSince = this.#lastLookAt = Date.now();
    this.#unsubscribe = this.#store.onChange(() => this.#follow());
    this.#monitor = setInterval(() => this.#look(), this.times.monitorMs);
  }

  /** Safe to call twice. */
  stop(): void {
    this.#unsubscribe();
    clearInterval(this.#monitor);
  }

  /** From now on the node is judged by what is heard of its kubelet. */
  hear(node: string, pulse: Pulse): void {
    this.#pulses.set(node, pulse);
  }

  forget(node: string): void {
    this.#pulses.delete(node);
    this.#firstSeen.delete(node);
  }

  /** The taints that follow from a node's spec and readiness at once: those with the effect NoSchedule. */
  #follow(): void {
    for (const name of this.#changedNodes()) {
      const node = this.#store.get<NodeObject>("nodes", name);
      if (node) this.#taintNoSchedule(node);
    }
  }

  #changedNodes(): Set<string> {
    const since = this.#cursor;
    this.#cursor = this.#store.version;
    try {
      const changes = this.#store.eventsSince(since).filter(({ resource }) => resource === "nodes");
      return new Set(changes.map(({ object }) => object.metadata.name));
    } catch (error) {
      if (!(error instanceof CompactedError)) throw error;
      return new Set(this.#store.list("nodes").map(({ metadata }) => metadata.name));
    }
  }

  #taintNoSchedule(node: NodeObject): void {
    const status = readyStatus(node);
    const wanted: Record<string, boolean> = {
      [CORDON]: node.spec.unschedulable === true,
      [NOT_READY]: status === "False",
      [UNREACHABLE]: status === "Unknown",
    };
    const wrong = Object.entries(wanted).filter(
      ([key, wants]) => hasTaint(node, key, "NoSchedule") !== wants,
    );
    if (wrong.length === 0) return;
    this.#store.update<NodeObject>("nodes", node, (copy) => {
      for (const [key, wants] of wrong)
        if (wants) addTaint(copy, { key, effect: "NoSchedule" });
        else removeTaint(copy, key, "NoSchedule");
    });
  }

  #look(): void {
    const now = Date.now();
    const late = now - this.#lastLookAt > 2 * this.times.monitorMs + this.times.heartbeatMs;
    this.#lastLookAt = now;
    if (!this.#served()) {
      this.#awayAt ??= now;
      return;
    }
    // A process that stood still has not heard of anybody meanwhile.
    if (this.#awayAt !== null || late) this.#freshSince = now;
    this.#awayAt = null;
    for (const node of this.#store.list<NodeObject>("nodes")) this.#judge(node, now);
    this.#collectOrphans(now);
  }

  #judge(node: NodeObject, now: number): void {
    const { name } = node.metadata;
    const pulse = this.#pulses.get(name);
    if (!pulse) return;
    if (!this.#firstSeen.has(name)) this.#firstSeen.set(name, now);
    const heardAt = Math.max(pulse(), this.#firstSeen.get(name)!, this.#freshSince);
    const observed = readyStatus(node);
    if (observed !== "Unknown" && now - heardAt > this.times.graceMs) {
      this.#store.update<NodeObject>("nodes", node, setNodeUnknown);
      if (observed === "True") this.#markPodsNotReady(name);
      this.#taintNoExecute(name, UNREACHABLE);
    } else if (observed === "True") this.#untaintNoExecute(node);
    else this.#taintNoExecute(name, observed === "False" ? NOT_READY : UNREACHABLE);
  }

  #markPodsNotReady(node: string): void {
    for (const pod of this.#store.list<PodObject>("pods"))
      if (pod.spec.nodeName === node) this.#store.update<PodObject>("pods", pod, markNotReady);
  }

  /** One taint takes the other's place at once; a node that has neither waits for its zone's turn. */
  #taintNoExecute(name: string, key: string): void {
    const node = this.#store.get<NodeObject>("nodes", name)!;
    if (hasTaint(node, key, "NoExecute")) return;
    const other = key === NOT_READY ? UNREACHABLE : NOT_READY;
    if (hasTaint(node, other, "NoExecute")) {
      this.#store.update<NodeObject>("nodes", node, (copy) => {
        addTaint(copy, { key, effect: "NoExecute" });
        removeTaint(copy, other, "NoExecute");
      });
      return;
    }
    const zone = node.metadata.labels?.[ZONE] ?? "";
    const waiting = this.#waiting.get(zone) ?? new Set<string>();
    this.#waiting.set(zone, waiting.add(name));
    this.#takeTurns(zone);
  }

  #takeTurns(zone: string): void {
    const now = Date.now();
    const nextAt = this.#nextTaintAt.get(zone) ?? 0;
    if (now < nextAt) return;
    const [name] = this.#waiting.get(zone) ?? [];
    if (name === undefined) return;
    this.#waiting.get(zone)!.delete(name);
    const node = this.#store.get<NodeObject>("nodes", name);
    const status = node && readyStatus(node);
    if (!node || status === "True") return this.#takeTurns(zone);
    this.#nextTaintAt.set(zone, now + this.times.noExecuteMs);
    const key = status === "False" ? NOT_READY : UNREACHABLE;
    this.#store.update<NodeObject>("nodes", node, (copy) =>
      addTaint(copy, { key, effect: "NoExecute" }),
    );
  }

  #untaintNoExecute(node: NodeObject): void {
    const keys = [NOT_READY, UNREACHABLE].filter((key) => hasTaint(node, key, "NoExecute"));
    if (keys.length === 0) return;
    this.#store.update<NodeObject>("nodes", node, (copy) => {
      for (const key of keys) removeTaint(copy, key, "NoExecute");
    });
  }

  /** As the garbage collector of pods does: what ran on a node that is gone for good is deleted. */
  #collectOrphans(now: number): void {
    const orphaned = new Set<string>();
    for (const pod of this.#store.list<PodObject>("pods")) {
      const { nodeName } = pod.spec;
      if (nodeName === undefined || this.#store.get("nodes", nodeName)) continue;
      orphaned.add(nodeName);
      const since = this.#orphanedSince.get(nodeName);
      if (since === undefined) this.#orphanedSince.set(nodeName, now);
      else if (now - since > this.times.orphanMs) this.#store.remove("pods", pod);
    }
    for (const name of this.#orphanedSince.keys())
      if (!orphaned.has(name)) this.#orphanedSince.delete(name);
  }
}
