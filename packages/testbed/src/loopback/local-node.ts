import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ClusterNode, type NodeDescription } from "../cluster/node.ts";
import { Pod } from "../cluster/pod.ts";
import type { ObjectStore } from "../kubernetes/api-server/object-store.ts";
import type { KubeProxy } from "../kubernetes/kube-proxy.ts";
import { Kubelet, KUBELET_PORT, POD_PORT } from "../kubernetes/kubelet.ts";
import type { NodeController } from "../kubernetes/node-controller.ts";
import { NOT_READY_MESSAGES } from "../kubernetes/objects/node-object.ts";
import type { Workload } from "../kubernetes/objects/pod-object.ts";
import { type Address, TcpProxy } from "../sockets/tcp-proxy.ts";
import { NodePorts } from "./service-proxies.ts";
import { Silence } from "./silence.ts";

export interface NodeSpec extends Omit<NodeDescription, "ipv6" | "notReady"> {
  readonly namespace: string;
  readonly podIp: Readonly<Record<Workload, string>>;
  /** The second addresses of the node and its pods, in a dual-stack cluster. */
  readonly ipv6?: Readonly<Record<"node" | Workload, string>> | undefined;
  readonly redisProxyIp: string;
  /** The port where pong is reached by the node's address. */
  readonly nodePort: number;
  readonly bundle: Readonly<Record<Workload, string>>;
  readonly env: Readonly<Record<Workload, Readonly<Record<string, string>>>>;
  readonly logFolder: string;
  /** Words that stand before the command of a pod's process. */
  readonly within?: ((workload: Workload) => readonly string[]) | undefined;
}

/** What the node has in common with the others. */
export interface NodeSurroundings {
  readonly store: ObjectStore;
  readonly kubeProxy: KubeProxy;
  readonly nodeController: NodeController;
  readonly redis: Address;
}

/** A node: its addresses, kubelet, kube-proxy's part, and a real ping and a real pong process. */
export class LocalNode extends ClusterNode {
  readonly spec: NodeSpec;
  readonly kubelet: Kubelet;
  readonly pods: Readonly<Record<Workload, Pod>>;
  /** The agent's way to Redis. While it is closed, connections are reset and new ones refused. */
  readonly redisLink: TcpProxy;
  readonly #around: NodeSurroundings;
  #silence: Silence | undefined;
  #podsStarted = false;
  #flapping: AbortController | undefined;
  #joining: NodeJS.Timeout | undefined;

  private constructor(
    spec: NodeSpec,
    around: NodeSurroundings,
    redisLink: TcpProxy,
    notReady: string | null,
  ) {
    const { store, nodeController } = around;
    super({ ...spec, ipv6: spec.ipv6?.node, notReady }, store, nodeController);
    this.spec = spec;
    this.#around = around;
    this.redisLink = redisLink;
    this.kubelet = new Kubelet(this.#ips, nodeController.times.heartbeatMs);
    this.pods = {
      pong: this.#pod("pong", spec.env.pong),
      ping: this.#pod("ping", { ...spec.env.ping, REDIS_HOST: redisLink.address }),
    };
  }

  /**
   * Adds the node to the cluster and starts its pods, which are yet to become ready. `notReady` is why the node is not ready
   * yet: its pods are pending until {@link becomeReady}. Rejects with a {@link TestbedError}.
   */
  static async start(
    spec: NodeSpec,
    around: NodeSurroundings,
    notReady: string | null = null,
  ): Promise<LocalNode> {
    const redisLink = new TcpProxy({ host: spec.redisProxyIp, port: 0 }, () => around.redis);
    await redisLink.open();
    const node = new LocalNode(spec, around, redisLink, notReady);
    try {
      await node.#listen();
      if (notReady === null) await node.becomeReady();
    } catch (error) {
      await node.remove();
      throw error;
    }
    return node;
  }

  /** The node's network is there: it becomes Ready, its pods start. */
  async becomeReady(): Promise<void> {
    this.say(null);
    if (this.#podsStarted) return;
    this.#podsStarted = true;
    for (const pod of Object.values(this.pods)) {
      await pod.start();
      this.kubelet.watch(pod);
    }
  }

  /** As {@link becomeReady}, after a while; unless the node is removed before. */
  becomeReadyAfter(ms: number): void {
    this.#joining = setTimeout(() => {
      // Its processes say why, if they do not start.
      this.becomeReady().catch(() => {});
    }, ms);
  }

  /** Starts a kubelet where there is none: it takes its pods over, and says how the node is. */
  override async startKubelet(): Promise<void> {
    if (this.kubelet.running) return;
    await super.startKubelet();
    if (this.readiness === "Unknown") this.post();
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
        await this.kubelet.stop();
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
    const ports = [KUBELET_PORT, this.spec.nodePort];
    const addresses = [
      ...this.#ips.flatMap((host) => ports.map((port) => ({ host, port }))),
      ...this.#pongIps.map((host) => ({ host, port: POD_PORT })),
    ];
    const logFile = join(this.spec.logFolder, `${this.name}.silence.log`);
    this.#silence = await Silence.prepare(addresses, logFile);
    this.pods.ping.freeze();
    await Promise.all([
      this.kubelet.stop(),
      this.pods.pong.killUnnoticed(),
      this.#around.kubeProxy.remove(this.name),
    ]);
    await this.#silence.fallen();
  }

  /** A dead node boots again: another boot id, its kubelet comes back, its pods' containers start anew. */
  async boot(): Promise<void> {
    if (!this.#silence) return;
    await this.#silence.end();
    this.#silence = undefined;
    await this.pods.ping.killUnnoticed();
    this.say(null);
    await this.#listen();
    this.update((object) => {
      object.status.nodeInfo.bootID = randomUUID();
    });
    this.post();
    for (const pod of Object.values(this.pods)) if (pod.exists) await pod.start();
  }

  /** An orderly shutdown: the kubelet says so, ends the pods, and the node is dead. */
  async shutDown(): Promise<void> {
    this.say(NOT_READY_MESSAGES.shutdown);
    await Promise.all(Object.values(this.pods).map((pod) => pod.endByShutdown()));
    await this.die();
  }

  override async remove(): Promise<void> {
    this.#flapping?.abort();
    clearTimeout(this.#joining);
    await super.remove();
  }

  protected async removeNetwork(): Promise<void> {
    await this.#silence?.end();
    await this.#around.kubeProxy.remove(this.name);
    await this.redisLink.close();
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
    await this.#around.kubeProxy.add(this.name, new NodePorts(this.name, this.#ips));
  }

  #pod(workload: Workload, env: Readonly<Record<string, string>>): Pod {
    const { name: node, ip: hostIp, namespace, podIp, ipv6, bundle, logFolder, within } = this.spec;
    return new Pod(this.store, {
      workload,
      namespace,
      node,
      ip: podIp[workload],
      hostIp,
      ipv6: ipv6 && { pod: ipv6[workload], host: ipv6.node },
      network: ipv6 ? passOn(ipv6[workload], podIp[workload]) : {},
      bundle: bundle[workload],
      within: within?.(workload),
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

/**
 * A pod's process listens on its first address only, so that connections to the second are passed on. pong takes this
 * cluster for its `caller` then. While no process runs, both addresses refuse.
 */
const passOn = (second: string, first: string) =>
  new TcpProxy({ host: second, port: POD_PORT }, () => ({ host: first, port: POD_PORT }));
