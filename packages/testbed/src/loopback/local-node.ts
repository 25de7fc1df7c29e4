import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ObjectStore } from "../kubernetes/api-server/object-store.ts";
import { Heartbeats } from "./heartbeats.ts";
import { Kubelet, KUBELET_PORT, POD_PORT } from "../kubernetes/kubelet.ts";
import type { KubeProxy } from "./kube-proxy.ts";
import { TestbedError } from "../testbed-error.ts";
import { LocalPod } from "../services/pod.ts";
import type { NodeController } from "../kubernetes/node-controller.ts";
import {
  addTaint,
  NOT_READY_MESSAGES,
  nodeObject,
  type NodeObject,
  readyStatus,
  removeTaint,
  setNodeReady,
  type Taint,
} from "../kubernetes/objects/node-object.ts";
import type { Workload } from "../kubernetes/objects/pod-object.ts";
import { Silence } from "./silence.ts";
import { type Address, TcpProxy } from "../sockets/tcp-proxy.ts";
import { waitForStore } from "../kubernetes/wait-for-store.ts";

export interface NodeSpec {
  readonly name: string;
  readonly ip: string;
  readonly namespace: string;
  readonly podIp: Readonly<Record<Workload, string>>;
  /** The second addresses of the node and its pods, in a dual-stack cluster. */
  readonly ipv6?: Readonly<Record<"node" | Workload, string>> | undefined;
  readonly joinedAt: Date;
  readonly redisProxyIp: string;
  readonly bundle: Readonly<Record<Workload, string>>;
  readonly env: Readonly<Record<Workload, Readonly<Record<string, string>>>>;
  readonly logFolder: string;
  /** Beside those that every node has: zone, pool. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** What the node has in common with the others. */
export interface NodeSurroundings {
  readonly store: ObjectStore;
  readonly kubeProxy: KubeProxy;
  readonly nodeController: NodeController;
  readonly redis: Address;
}

const POD_START_TIMEOUT_MS = 20_000;

/** A node: its addresses, kubelet, kube-proxy's part, and a real ping and a real pong process. */
export class LocalNode {
  readonly spec: NodeSpec;
  readonly pods: Readonly<Record<Workload, LocalPod>>;
  readonly #around: NodeSurroundings;
  readonly #redis: TcpProxy;
  #kubelet: Kubelet | undefined;
  readonly #heartbeats: Heartbeats;
  #silence: Silence | undefined;
  /** Why the kubelet says that the node is not ready; null while it says that it is. */
  #notReady: string | null = null;
  #podsStarted = false;
  #flapping: AbortController | undefined;
  #joining: NodeJS.Timeout | undefined;

  private constructor(
    spec: NodeSpec,
    around: NodeSurroundings,
    redis: TcpProxy,
    notReady: string | null,
  ) {
    this.spec = spec;
    this.#around = around;
    this.#redis = redis;
    this.#notReady = notReady;
    this.#heartbeats = new Heartbeats(around.nodeController.times.heartbeatMs);
    around.store.create("nodes", this.#newObject());
    around.nodeController.hear(spec.name, () => this.#heartbeats.lastAt);
    this.pods = {
      pong: this.#pod("pong", spec.env.pong),
      ping: this.#pod("ping", { ...spec.env.ping, REDIS_HOST: redis.address }),
    };
  }

  /** Adds the node to the cluster and starts its pods, which are yet to become ready. Rejects with a {@link TestbedError}. */
  static async start(spec: NodeSpec, around: NodeSurroundings): Promise<LocalNode> {
    const node = await LocalNode.join(spec, around);
    try {
      await node.becomeReady();
    } catch (error) {
      await node.remove();
      throw error;
    }
    return node;
  }

  /**
   * Adds a node whose network is not ready yet: its pods are pending until {@link becomeReady}. Without `notReady` it is
   * Ready from the start, and its pods are pending all the same.
   */
  static async join(
    spec: NodeSpec,
    around: NodeSurroundings,
    notReady: string | null = null,
  ): Promise<LocalNode> {
    const redis = new TcpProxy({ host: spec.redisProxyIp, port: 0 }, () => around.redis);
    await redis.open();
    const node = new LocalNode(spec, around, redis, notReady);
    try {
      await node.#listen();
    } catch (error) {
      await node.remove();
      throw error;
    }
    return node;
  }

  get name(): string {
    return this.spec.name;
  }

  /** The node as the API server has it. Throws where it has none (any more). */
  get object(): NodeObject {
    const object = this.#around.store.get<NodeObject>("nodes", this.name);
    if (!object) throw new TestbedError(`${this.name} has no object.`);
    return object;
  }

  /** What Kubernetes says of its readiness; null where it has no object. */
  get readiness(): "True" | "False" | "Unknown" | null {
    const object = this.#around.store.get<NodeObject>("nodes", this.name);
    return object ? readyStatus(object) : null;
  }

  /** When its kubelet last renewed its Lease, milliseconds since 1970. */
  get heartbeatAt(): number {
    return this.#heartbeats.lastAt;
  }

  /** The node's network is there: it becomes Ready, its pods start. */
  async becomeReady(): Promise<void> {
    this.say(null);
    if (this.#podsStarted) return;
    this.#podsStarted = true;
    for (const pod of Object.values(this.pods)) {
      await pod.start();
      this.#kubelet?.watch(pod);
    }
  }

  /** As {@link becomeReady}, after a while; unless the node is removed before. */
  becomeReadyAfter(ms: number): void {
    this.#joining = setTimeout(() => {
      // Its processes say why, if they do not start.
      this.becomeReady().catch(() => {});
    }, ms);
  }

  /** Resolves when both pods are ready. Rejects with a {@link TestbedError} when one ends before, or takes too long. */
  async podsReady(signal?: AbortSignal): Promise<void> {
    const pods = Object.values(this.pods);
    await waitForStore(
      this.#around.store,
      () => pods.every((pod) => pod.ready) || pods.some((pod) => !pod.running),
      { timeoutMs: POD_START_TIMEOUT_MS, what: `the pods of ${this.name} to be ready`, signal },
    );
    const ended = pods.find((pod) => !pod.running);
    if (ended)
      throw new TestbedError(
        `${ended.name} on ${this.name} ended before it was ready; its last words: ${ended.lastWords()}`,
      );
  }

  /** Cuts the agent's way to Redis: its connections are reset, new ones refused. */
  cutRedis(): Promise<void> {
    return this.#redis.close();
  }

  healRedis(): Promise<void> {
    return this.#redis.open();
  }

  /** Changes the node's object as `change` says, if there is one; what follows from that is the node controller's. */
  update(change: (node: NodeObject) => void): void {
    if (this.readiness !== null)
      this.#around.store.update<NodeObject>("nodes", this.object, change);
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
    if (this.#kubelet) this.#post();
  }

  /** The kubelet's process is gone: its port is closed and its Lease not renewed. Pods live on. */
  async killKubelet(): Promise<void> {
    this.#heartbeats.stop();
    const kubelet = this.#kubelet;
    this.#kubelet = undefined;
    await kubelet?.stop();
  }

  /** Starts a kubelet where there is none: it takes its pods over, and says how the node is. */
  async startKubelet(): Promise<void> {
    if (this.#kubelet) return;
    this.#kubelet = new Kubelet();
    await this.#kubelet.start(this.#ips);
    if (this.#podsStarted)
      for (const pod of Object.values(this.pods))
        if (pod.exists) this.#kubelet.watch(pod);
        else pod.end();
    this.#heartbeats.start();
    if (this.readiness === "Unknown") this.#post();
  }

  /** The kubelet dies and comes back, by turns, for longer than Kubernetes waits for it; until {@link stopFlapping}. */
  flap(): void {
    if (this.#flapping) return;
    const flapping = new AbortController();
    this.#flapping = flapping;
    const { signal } = flapping;
    const { graceMs, monitorMs } = this.#around.nodeController.times;
    const turn = async () => {
      while (!signal.aborted) {
        await this.killKubelet();
        await sleep(graceMs + 2 * monitorMs, null, { signal });
        await this.startKubelet();
        await sleep(graceMs / 2, null, { signal });
      }
    };
    void turn().catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  async stopFlapping(): Promise<void> {
    this.#flapping?.abort();
    this.#flapping = undefined;
    await this.startKubelet();
  }

  /**
   * The node is dead at once: no process of it does anything, connects to it go unanswered, and nobody has told Kubernetes.
   * ping is stopped where it is, so that Redis hears nothing of its end either.
   */
  async die(): Promise<void> {
    if (this.#silence) return;
    const { nodePort } = this.#around.kubeProxy;
    const addresses = [
      ...this.#ips.flatMap((host) => [KUBELET_PORT, nodePort].map((port) => ({ host, port }))),
      ...this.#pongIps.map((host) => ({ host, port: POD_PORT })),
    ];
    const logFile = join(this.spec.logFolder, `${this.name}.silence.log`);
    this.#silence = await Silence.prepare(addresses, logFile);
    this.pods.ping.freeze();
    await Promise.all([
      this.killKubelet(),
      this.pods.pong.killUnnoticed(),
      this.#around.kubeProxy.removeNode(this.name),
    ]);
    await this.#silence.fallen();
  }

  /** A dead node boots again: another boot id, its kubelet comes back, its pods' containers start anew. */
  async boot(): Promise<void> {
    if (!this.#silence) return;
    await this.#silence.end();
    this.#silence = undefined;
    await this.pods.ping.killUnnoticed();
    this.#notReady = null;
    await this.#listen();
    this.update((object) => {
      object.status.nodeInfo.bootID = randomUUID();
    });
    this.#post();
    for (const pod of Object.values(this.pods)) if (pod.exists) await pod.start();
  }

  /** An orderly shutdown: the kubelet says so, ends the pods, and the node is dead. */
  async shutDown(): Promise<void> {
    this.say(NOT_READY_MESSAGES.shutdown);
    await Promise.all(Object.values(this.pods).map((pod) => pod.endByShutdown()));
    await this.die();
  }

  /** `kubectl delete node`: its object goes, all else is as it was; its pods' objects follow from the garbage collector. */
  deleteObject(): void {
    this.#around.store.remove("nodes", this.#newObject());
  }

  /** A kubelet that starts without finding its node's object makes a new one. */
  restoreObject(): void {
    if (this.readiness === null) this.#around.store.create("nodes", this.#newObject());
  }

  /** Takes the node out of the cluster: its processes end, then its objects go. Safe to call twice. */
  async remove(): Promise<void> {
    this.#flapping?.abort();
    clearTimeout(this.#joining);
    this.#around.nodeController.forget(this.name);
    await this.#kubelet?.stop();
    this.#kubelet = undefined;
    await Promise.all(Object.values(this.pods).map((pod) => pod.remove()));
    await this.#silence?.end();
    await this.#around.kubeProxy.removeNode(this.name);
    await this.#redis.close();
    this.deleteObject();
  }

  get #ips(): string[] {
    return [this.spec.ip, ...(this.spec.ipv6 ? [this.spec.ipv6.node] : [])];
  }

  get #pongIps(): string[] {
    const { podIp, ipv6 } = this.spec;
    return [podIp.pong, ...(ipv6 ? [ipv6.pong] : [])];
  }

  async #listen(): Promise<void> {
    await this.startKubelet();
    await this.#around.kubeProxy.addNode(this.name, this.#ips);
  }

  #post(): void {
    const notReady = this.#notReady;
    if (notReady === null && this.readiness === "True") return;
    this.update((object) => setNodeReady(object, notReady === null, notReady ?? undefined));
  }

  #newObject(): NodeObject {
    const { name, ip, ipv6, labels, joinedAt } = this.spec;
    const object = nodeObject(name, ip, KUBELET_PORT, { ipv6: ipv6?.node, joinedAt });
    Object.assign(object.metadata.labels!, labels);
    if (this.#notReady !== null) setNodeReady(object, false, this.#notReady);
    return object;
  }

  #pod(workload: Workload, env: Readonly<Record<string, string>>): LocalPod {
    const { name: node, ip: hostIp, namespace, podIp, ipv6, bundle, logFolder } = this.spec;
    return new LocalPod(this.#around.store, {
      workload,
      namespace,
      node,
      ip: podIp[workload],
      hostIp,
      ipv6: ipv6 && { pod: ipv6[workload], host: ipv6.node },
      bundle: bundle[workload],
      env: (name) => ({
        ...env,
        POD_NAME: name,
        NODE_NAME: node,
        POD_IP: podIp[workload],
        HOST: podIp[workload],
      }),
      logFolder,
    });
  }
}
