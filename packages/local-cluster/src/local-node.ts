import type { ObjectStore } from "./api-server/object-store.ts";
import { Kubelet, KUBELET_PORT } from "./kubelet.ts";
import type { KubeProxy } from "./kube-proxy.ts";
import { LocalClusterError } from "./local-cluster-error.ts";
import { LocalPod } from "./local-pod.ts";
import { nodeObject, type NodeObject, taintByState } from "./objects/node-object.ts";
import type { Workload } from "./objects/pod-object.ts";
import { type Address, TcpProxy } from "./tcp-proxy.ts";
import { waitForStore } from "./wait-for-store.ts";

export interface NodeSpec {
  readonly name: string;
  readonly ip: string;
  readonly namespace: string;
  readonly podIp: Readonly<Record<Workload, string>>;
  /** The second addresses of the node and its pods, in a dual-stack cluster. */
  readonly ipv6?: Readonly<Record<"node" | Workload, string>> | undefined;
  readonly redisProxyIp: string;
  readonly bundle: Readonly<Record<Workload, string>>;
  readonly env: Readonly<Record<Workload, Readonly<Record<string, string>>>>;
  readonly logFolder: string;
}

/** What the node has in common with the others. */
export interface NodeSurroundings {
  readonly store: ObjectStore;
  readonly kubeProxy: KubeProxy;
  readonly redis: Address;
}

const POD_START_TIMEOUT_MS = 20_000;

/** A node: its addresses, kubelet, kube-proxy's part, and a real ping and a real pong process. */
export class LocalNode {
  readonly spec: NodeSpec;
  readonly pods: Readonly<Record<Workload, LocalPod>>;
  readonly #around: NodeSurroundings;
  readonly #kubelet = new Kubelet();
  readonly #redis: TcpProxy;

  private constructor(spec: NodeSpec, around: NodeSurroundings, redis: TcpProxy) {
    this.spec = spec;
    this.#around = around;
    this.#redis = redis;
    around.store.create("nodes", this.#newObject());
    this.pods = {
      pong: this.#pod("pong", spec.env.pong),
      ping: this.#pod("ping", { ...spec.env.ping, REDIS_HOST: redis.address }),
    };
  }

  /** Adds the node to the cluster and starts its pods, which are yet to become ready. Rejects with a {@link LocalClusterError}. */
  static async start(spec: NodeSpec, around: NodeSurroundings): Promise<LocalNode> {
    const redis = new TcpProxy({ host: spec.redisProxyIp, port: 0 }, () => around.redis);
    await redis.open();
    const node = new LocalNode(spec, around, redis);
    try {
      const ips = [spec.ip, ...(spec.ipv6 ? [spec.ipv6.node] : [])];
      await node.#kubelet.start(ips);
      await around.kubeProxy.addNode(spec.name, ips);
      for (const pod of Object.values(node.pods)) {
        await pod.start();
        node.#kubelet.watch(pod);
      }
    } catch (error) {
      await node.remove();
      throw error;
    }
    return node;
  }

  get name(): string {
    return this.spec.name;
  }

  /** The node as the API server has it. */
  get object(): NodeObject {
    return this.#around.store.get<NodeObject>("nodes", this.name)!;
  }

  /** Resolves when both pods are ready. Rejects with a {@link LocalClusterError} when one ends before, or takes too long. */
  async podsReady(signal?: AbortSignal): Promise<void> {
    const pods = Object.values(this.pods);
    await waitForStore(
      this.#around.store,
      () => pods.every((pod) => pod.ready) || pods.some((pod) => !pod.running),
      { timeoutMs: POD_START_TIMEOUT_MS, what: `the pods of ${this.name} to be ready`, signal },
    );
    const ended = pods.find((pod) => !pod.running);
    if (ended)
      throw new LocalClusterError(
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

  /** Changes the node's object as `change` says; the node controller's taints follow. */
  update(change: (node: NodeObject) => void): void {
    this.#around.store.update<NodeObject>("nodes", this.object, change);
    this.#around.store.update<NodeObject>("nodes", this.object, taintByState);
  }

  /** Takes the node out of the cluster: its processes end, then its objects go. Safe to call twice. */
  async remove(): Promise<void> {
    await this.#kubelet.stop();
    await Promise.all(Object.values(this.pods).map((pod) => pod.remove()));
    await this.#around.kubeProxy.removeNode(this.name);
    await this.#redis.close();
    this.#around.store.remove("nodes", this.#newObject());
  }

  #newObject(): NodeObject {
    const { name, ip, ipv6 } = this.spec;
    return nodeObject(name, ip, KUBELET_PORT, ipv6?.node);
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
