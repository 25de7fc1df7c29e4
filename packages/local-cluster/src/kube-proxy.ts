import type { ObjectStore } from "./api-server/object-store.ts";
import { isReady, type PodObject } from "./objects/pod-object.ts";
import type { ServiceObject } from "./objects/service-object.ts";
import { type Address, TcpProxy } from "./tcp-proxy.ts";

/** Every agent dials it in the same moment, several times. */
const CLUSTER_IP_ACCEPTORS = 16;

/**
 * What kube-proxy does for one service: the ClusterIP leads to any ready pod and refuses when there is
 * none; a node's NodePort (`externalTrafficPolicy: Local`) leads to the node's own ready pod, and where
 * there is none its packets are dropped.
 */
export class KubeProxy {
  readonly #store: ObjectStore;
  readonly #service: ServiceObject;
  readonly #clusterIp: TcpProxy;
  readonly #nodePorts = new Map<string, TcpProxy>();
  #backends: readonly { node: string; address: Address }[] = [];
  #unsubscribe = () => {};
  #stopped = false;

  constructor(store: ObjectStore, service: ServiceObject) {
    this.#store = store;
    this.#service = service;
    const { clusterIP, ports } = service.spec;
    const at = { host: clusterIP, port: ports[0]!.port };
    this.#clusterIp = new TcpProxy(at, () => this.#any(), CLUSTER_IP_ACCEPTORS);
  }

  /** Follows the store from now on. Rejects with a LocalClusterError when the ClusterIP's address is taken. */
  async start(): Promise<void> {
    // Opened once to know that it can be.
    await this.#clusterIp.open();
    this.#unsubscribe = this.#store.onChange(() => this.#look());
    this.#look();
  }

  /** Serves the NodePort on a node. Rejects with a LocalClusterError when it is taken. */
  async addNode(node: string, ip: string): Promise<void> {
    const { nodePort } = this.#service.spec.ports[0]!;
    const proxy = new TcpProxy({ host: ip, port: nodePort }, () => this.#on(node));
    this.#nodePorts.set(node, proxy);
    await proxy.open();
  }

  async removeNode(node: string): Promise<void> {
    const proxy = this.#nodePorts.get(node);
    this.#nodePorts.delete(node);
    await proxy?.close();
  }

  /** Safe to call twice. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe();
    await Promise.all([this.#clusterIp, ...this.#nodePorts.values()].map((proxy) => proxy.close()));
  }

  #look(): void {
    const { port, targetPort = port } = this.#service.spec.ports[0]!;
    const selected = Object.entries(this.#service.spec.selector);
    this.#backends = this.#store
      .list<PodObject>("pods")
      .filter(({ metadata }) => metadata.namespace === this.#service.metadata.namespace)
      .filter(({ metadata }) => selected.every(([key, value]) => metadata.labels?.[key] === value))
      // A terminating pod gets no new connections, ready or not.
      .filter((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined)
      .map(({ spec, status }) => ({
        node: spec.nodeName!,
        address: { host: status.podIP!, port: targetPort },
      }));
    if (this.#stopped) return;
    const done = this.#backends.length > 0 ? this.#clusterIp.open() : this.#refuse();
    // The address was this cluster's before; whoever took it meanwhile keeps it.
    void done.catch(() => {});
  }

  async #refuse(): Promise<void> {
    await this.#clusterIp.close();
  }

  #any(): Address | null {
    const { length } = this.#backends;
    return this.#backends[Math.floor(Math.random() * length)]?.address ?? null;
  }

  #on(node: string): Address | null {
    return this.#backends.find((backend) => backend.node === node)?.address ?? null;
  }
}
