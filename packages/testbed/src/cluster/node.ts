import type { ObjectStore } from "../kubernetes/api-server/object-store.ts";
import { KUBELET_PORT } from "../kubernetes/kubelet.ts";
import type { NodeController } from "../kubernetes/node-controller.ts";
import {
  addTaint,
  nodeObject,
  type NodeObject,
  readyStatus,
  removeTaint,
  setNodeReady,
  type Taint,
} from "../kubernetes/objects/node-object.ts";
import type { Workload } from "../kubernetes/objects/pod-object.ts";
import { TestbedError } from "../testbed-error.ts";
import { type Pod, podsReady } from "./pod.ts";

/** A node's kubelet. It runs in this process or in one of its own. */
export interface NodeKubelet {
  /** Whether it lives. */
  readonly running: boolean;
  /** When it last renewed its Lease, milliseconds since 1970. */
  readonly heartbeatAt: number;
  /** Starts it unless it lives, and resolves when it listens. It takes over the pods that it watched before. */
  start(): Promise<void>;
  /** Ends it: its port is closed and its Lease is not renewed. Pods live on. It is safe to call twice. */
  stop(): Promise<void>;
  /** Probes the pod until the pod is gone. */
  watch(pod: Pod): void;
}

/** How the API server describes a node. */
export interface NodeDescription {
  readonly name: string;
  readonly ip: string;
  /** The node's second address, in a dual-stack cluster. */
  readonly ipv6?: string | undefined;
  readonly joinedAt: Date;
  /** Labels in addition to those that every node has, for example its zone. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Why the node is not ready when it joins; null when it is ready. */
  readonly notReady?: string | null;
}

/** A node has an object in the store, a kubelet that speaks for it, and two pods. Subclasses add its network. */
export abstract class ClusterNode<P extends Pod = Pod> {
  readonly name: string;
  readonly ip: string;
  abstract readonly kubelet: NodeKubelet;
  abstract readonly pods: Readonly<Record<Workload, P>>;
  protected readonly store: ObjectStore;
  readonly #nodeController: NodeController;
  readonly #description: NodeDescription;
  /** Why the kubelet says that the node is not ready; null while it says that it is. */
  #notReady: string | null;

  constructor(description: NodeDescription, store: ObjectStore, nodeController: NodeController) {
    this.name = description.name;
    this.ip = description.ip;
    this.store = store;
    this.#nodeController = nodeController;
    this.#description = description;
    this.#notReady = description.notReady ?? null;
    store.create("nodes", this.#newObject());
    nodeController.hear(this.name, () => this.heartbeatAt);
  }

  /** The node as the API server has it. Throws where it has none (any more). */
  get object(): NodeObject {
    const object = this.store.get<NodeObject>("nodes", this.name);
    if (!object) throw new TestbedError(`${this.name} has no object.`);
    return object;
  }

  /** What Kubernetes says of its readiness; null where it has no object. */
  get readiness(): "True" | "False" | "Unknown" | null {
    const object = this.store.get<NodeObject>("nodes", this.name);
    return object ? readyStatus(object) : null;
  }

  /** When its kubelet last renewed its Lease, milliseconds since 1970. */
  get heartbeatAt(): number {
    return this.kubelet.heartbeatAt;
  }

  /** Resolves when both pods are ready. Rejects with a {@link TestbedError} when one ends before, or takes too long. */
  podsReady(signal?: AbortSignal): Promise<void> {
    return podsReady(this.store, Object.values(this.pods), signal);
  }

  /** Changes the node's object as `change` says, if there is one; what follows from that is the node controller's. */
  update(change: (node: NodeObject) => void): void {
    if (this.readiness !== null) this.store.update<NodeObject>("nodes", this.object, change);
  }

  addTaint(taint: Omit<Taint, "timeAdded">): void {
    this.update((object) => addTaint(object, taint));
  }

  removeTaint(key: string): void {
    this.update((object) => removeTaint(object, key));
  }

  /** The kubelet says why the node is not ready; null: that it is. One that does not live says nothing. */
  say(notReady: string | null): void {
    this.#notReady = notReady;
    if (this.canPost) this.post();
  }

  /** Whether what the kubelet writes arrives at the API server. */
  protected get canPost(): boolean {
    return this.kubelet.running;
  }

  /** Starts a kubelet where there is none: it takes its pods over. */
  async startKubelet(): Promise<void> {
    await this.kubelet.start();
  }

  /** `kubectl delete node`: its object goes, all else is as it was; its pods' objects follow from the garbage collector. */
  deleteObject(): void {
    this.store.remove("nodes", this.#newObject());
  }

  /** A kubelet that starts without finding its node's object makes a new one. */
  restoreObject(): void {
    if (this.readiness === null) this.store.create("nodes", this.#newObject());
  }

  /** Takes the node out of the cluster: its processes end, then its objects go. Safe to call twice. */
  async remove(): Promise<void> {
    this.#nodeController.forget(this.name);
    await this.kubelet.stop();
    await Promise.all(Object.values(this.pods).map((pod) => pod.remove()));
    await this.removeNetwork();
    this.deleteObject();
  }

  /** Removes what is left of the node once its processes have ended. It is safe to call twice. */
  protected abstract removeNetwork(): Promise<void>;

  /** The kubelet writes how the node is, unless the object says it already. */
  protected post(): void {
    const notReady = this.#notReady;
    if (notReady === null && this.readiness === "True") return;
    this.update((object) => setNodeReady(object, notReady === null, notReady ?? undefined));
  }

  #newObject(): NodeObject {
    const { name, ip, ipv6, joinedAt, labels } = this.#description;
    const object = nodeObject(name, ip, KUBELET_PORT, { ipv6, joinedAt });
    Object.assign(object.metadata.labels!, labels);
    if (this.#notReady !== null) setNodeReady(object, false, this.#notReady);
    return object;
  }
}
