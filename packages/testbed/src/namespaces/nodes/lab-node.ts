import { fileURLToPath } from "node:url";
import type { ObjectStore } from "../../kubernetes/api-server/object-store.ts";
import { BUNDLES } from "../../services/bundles.ts";
import { Child } from "../../services/child-process.ts";
import { KUBELET_PORT } from "../../kubernetes/kubelet.ts";
import type { NodeController } from "../../kubernetes/node-controller.ts";
import {
  type NodeObject,
  longAgo,
  nodeObject,
  readyStatus,
  setNodeReady,
} from "../../kubernetes/objects/node-object.ts";
import type { Workload } from "../../kubernetes/objects/pod-object.ts";
import { waitForStore } from "../../kubernetes/wait-for-store.ts";
import { TestbedError } from "../../testbed-error.ts";
import { nodeIp, podIp } from "../network/addresses.ts";
import type { Fabric } from "../network/fabric.ts";
import { Namespace } from "../network/namespace.ts";
import { createNodeNetwork, type NodePlace, type PodNetworkKind } from "../network/node-network.ts";
import type { ApiEndpoint } from "./api-link.ts";
import type { FromKubelet, ToKubelet } from "./kubelet-messages.ts";
import { LabPod } from "./lab-pod.ts";

const KUBELET = fileURLToPath(new URL("kubelet-process.ts", import.meta.url));
const POD_START_TIMEOUT_MS = 30_000;

/** What nodes have in common. */
export interface NodeSurroundings {
  readonly store: ObjectStore;
  readonly nodeController: NodeController;
  /** Where kubelets send their heartbeats. */
  readonly api: ApiEndpoint;
  readonly fabric: Fabric;
  readonly podNetwork: PodNetworkKind;
  readonly folder: string;
  readonly resolvConf: string;
}

/** A node: a namespace with an uplink, a kubelet process in it, and a namespace for each of its pods. */
export class LabNode implements NodePlace {
  readonly name: string;
  readonly index: number;
  readonly namespace: Namespace;
  readonly #pods = new Map<Workload, LabPod>();
  readonly #around: NodeSurroundings;
  #kubelet: Child;
  #kubeletListens = Promise.withResolvers<void>();
  readonly #told = new Map<string, string>();
  #lastHost = 1;
  #heardAt = Date.now();
  /** Why the kubelet says that the node is not ready; null while it says that it is. */
  #notReady: string | null = null;
  #unsubscribe = () => {};

  private constructor(name: string, index: number, namespace: Namespace, around: NodeSurroundings) {
    this.name = name;
    this.index = index;
    this.namespace = namespace;
    this.#around = around;
    around.store.create("nodes", this.#newObject());
    around.nodeController.hear(name, () => this.#heardAt);
    this.#kubelet = this.#newKubelet();
    this.#unsubscribe = around.store.onChange(() => this.#tellKubelet());
  }

  /** Makes the node, without pods. */
  static async create(name: string, index: number, around: NodeSurroundings): Promise<LabNode> {
    const namespace = await Namespace.create(name, around.folder);
    await createNodeNetwork({ name, index, namespace }, around.fabric, around.podNetwork);
    return new LabNode(name, index, namespace, around);
  }

  get ip(): string {
    return nodeIp(this.index);
  }

  get kubelet(): Child {
    return this.#kubelet;
  }

  get ping(): LabPod {
    return this.#pods.get("ping")!;
  }

  get pong(): LabPod {
    return this.#pods.get("pong")!;
  }

  /** Starts its pods, which are yet to become ready. */
  async startPods(): Promise<void> {
    await Promise.all([this.startPod("pong"), this.startPod("ping")]);
  }

  /** Starts a pod with an address of its own, in the place of the one before, which is the caller's to remove. */
  async startPod(workload: Workload): Promise<LabPod> {
    const { store, folder, resolvConf } = this.#around;
    const { name: node, ip: hostIp } = this;
    const ip = podIp(this.index, (this.#lastHost += 1));
    const spec = { workload, node, hostIp, ip, bundle: BUNDLES[workload], folder, resolvConf };
    const pod = await LabPod.start(store, this, spec);
    this.#pods.set(workload, pod);
    this.#tellKubelet();
    return pod;
  }

  /** The node as the API server has it. */
  get object(): NodeObject {
    return this.#around.store.get<NodeObject>("nodes", this.name)!;
  }

  /** Changes the node's object as `change` says; what follows from that is the node controller's. */
  update(change: (node: NodeObject) => void): void {
    this.#around.store.update<NodeObject>("nodes", this.object, change);
  }

  /** The kubelet says why the node is not ready; null: that it is. */
  say(notReady: string | null): void {
    this.#notReady = notReady;
    this.#post();
  }

  /** Its kubelet's heartbeat has arrived. After a silence it says how the node is. */
  heartbeat(): void {
    this.#heardAt = Date.now();
    const object = this.#around.store.get<NodeObject>("nodes", this.name);
    if (object && readyStatus(object) === "Unknown") this.#post();
  }

  /** Resolves when both pods are ready. Rejects with a {@link TestbedError} when one ends before, or takes too long. */
  async podsReady(signal?: AbortSignal): Promise<void> {
    const pods = [...this.#pods.values()];
    await waitForStore(
      this.#around.store,
      () => pods.every(({ pod }) => pod.ready) || pods.some(({ pod }) => !pod.running),
      { timeoutMs: POD_START_TIMEOUT_MS, what: `the pods of ${this.name} to be ready`, signal },
    );
    const ended = pods.find(({ pod }) => !pod.running);
    if (ended)
      throw new TestbedError(
        `${ended.pod.name} ended early; its last words: ${ended.pod.lastWords()}`,
      );
  }

  /** Whether its kubelet notices what becomes of its pods; its heartbeat goes on. */
  notice(probing: boolean): void {
    const news: ToKubelet = { probing };
    this.#kubelet.send(news);
  }

  /** Nothing listens on kubelet's port from now on, and no pod is probed, until {@link startKubelet}. */
  async killKubelet(): Promise<void> {
    this.#kubelet.signal("SIGKILL");
    await this.#kubelet.exited;
  }

  /** A new kubelet in the place of one that was killed; resolves when it listens. */
  async startKubelet(): Promise<void> {
    if (this.#kubelet.running) return;
    this.#kubeletListens = Promise.withResolvers();
    this.#kubelet = this.#newKubelet();
    this.#told.clear();
    this.#tellKubelet();
    await Promise.race([this.#kubeletListens.promise, this.#kubelet.exited]);
  }

  /** Ends its processes, then its objects and its namespaces are gone. Safe to call twice. */
  async remove(): Promise<void> {
    this.#unsubscribe();
    this.#around.nodeController.forget(this.name);
    await Promise.all([...this.#pods.values()].map((pod) => pod.remove()));
    await this.#kubelet.end(500);
    this.#around.store.remove("nodes", this.#newObject());
    await this.namespace.remove();
  }

  #post(): void {
    const notReady = this.#notReady;
    this.update((object) => setNodeReady(object, notReady === null, notReady ?? undefined));
  }

  #newObject(): NodeObject {
    return nodeObject(this.name, this.ip, KUBELET_PORT, { joinedAt: longAgo() });
  }

  #newKubelet(): Child {
    const { api, nodeController } = this.#around;
    const own = [this.name, this.ip, api.host, String(api.port)];
    const [file, ...args] = [
      ...this.namespace.within,
      process.execPath,
      KUBELET,
      ...own,
      String(nodeController.times.heartbeatMs),
    ];
    return new Child({
      file: file!,
      args,
      env: {},
      logFile: `${this.#around.folder}/${this.name}.kubelet.log`,
      onMessage: (message) => this.#hear(message as FromKubelet),
    });
  }

  #tellKubelet(): void {
    for (const { pod } of this.#pods.values()) {
      const ip = pod.exists ? pod.ip : null;
      const message: ToKubelet = { pod: pod.name, ip, running: pod.running, ready: pod.ready };
      const text = JSON.stringify(message);
      if (this.#told.get(pod.name) === text) continue;
      this.#told.set(pod.name, text);
      this.#kubelet.send(message);
    }
  }

  #hear(message: FromKubelet): void {
    if ("listening" in message) return this.#kubeletListens.resolve();
    const found = [...this.#pods.values()].find(({ pod }) => pod.name === message.pod);
    if (found?.pod.running) found.pod.setReady(message.ready);
  }
}
