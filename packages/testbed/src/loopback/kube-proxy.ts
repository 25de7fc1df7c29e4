import { isIP } from "node:net";
import type { ObjectStore } from "../kubernetes/api-server/object-store.ts";
import { isReady, type PodObject } from "../kubernetes/objects/pod-object.ts";
import type { ServiceObject } from "../kubernetes/objects/service-object.ts";
import { type Address, TcpProxy } from "../sockets/tcp-proxy.ts";

/** Every agent dials it in the same moment, several times. */
const CLUSTER_IP_ACCEPTORS = 16;

/**
 * What kube-proxy does for one service: a ClusterIP leads to any ready pod, by its address of the same family, and refuses
 * when there is none; a node's NodePort (`externalTrafficPolicy: Local`) leads to the node's own ready pod, and where
 * there is none its packets are dropped.
 */
export class KubeProxy {
  readonly #store: ObjectStore;
  readonly #service: ServiceObject;
  readonly #clusterIps: readonly TcpProxy[];
  readonly #nodePorts = new Map<string, readonly TcpProxy[]>();
  #backends: readonly { node: string; family: number; address: Address }[] = [];
  #unsubscribe = () => {};
  #stopped = false;

  constructor(store: ObjectStore, service: ServiceObject) {
    this.#store = store;
    this.#service = service;
    const { clusterIPs, ports } = service.spec;
    const { port } = ports[0]!;
    this.#clusterIps = clusterIPs.map(
      (host) =>
        new TcpProxy({ host, port }, () => this.#any(isIP(host)), {
          acceptors: CLUSTER_IP_ACCEPTORS,
        }),
    );
  }

  get nodePort(): number {
    return this.#service.spec.ports[0]!.nodePort;
  }

  /** Follows the store from now on. Rejects with a TestbedError when a ClusterIP's address is taken. */
  async start(): Promise<void> {
    // Opened once to know that it can be.
    await this.#accept();
    this.#unsubscribe = this.#store.onChange(() => this.#look());
    this.#look();
  }

  /** Serves the NodePort on a node's addresses. Rejects with a TestbedError when it is taken. */
  async addNode(node: string, ips: readonly string[]): Promise<void> {
    const port = this.nodePort;
    const proxies = ips.map(
      (host) => new TcpProxy({ host, port }, () => this.#on(node, isIP(host))),
    );
    this.#nodePorts.set(node, proxies);
    await Promise.all(proxies.map((proxy) => proxy.open()));
  }

  async removeNode(node: string): Promise<void> {
    const proxies = this.#nodePorts.get(node) ?? [];
    this.#nodePorts.delete(node);
    await closeAll(proxies);
  }

  /** Safe to call twice. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe();
    await closeAll([...this.#clusterIps, ...[...this.#nodePorts.values()].flat()]);
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
      .flatMap(({ spec, status }) =>
        status.podIPs!.map(({ ip }) => ({
          node: spec.nodeName!,
          family: isIP(ip),
          address: { host: ip, port: targetPort },
        })),
      );
    if (this.#stopped) return;
    const done = this.#backends.length > 0 ? this.#accept() : closeAll(this.#clusterIps);
    // The address was this cluster's before; whoever took it meanwhile keeps it.
    void done.catch(() => {});
  }

  async #accept(): Promise<void> {
    await Promise.all(this.#clusterIps.map((proxy) => proxy.open()));
  }

  #any(family: number): Address | null {
    const backends = this.#backends.filter((backend) => backend.family === family);
    return backends[Math.floor(Math.random() * backends.length)]?.address ?? null;
  }

  #on(node: string, family: number): Address | null {
    const own = this.#backends.find(
      (backend) => backend.node === node && backend.family === family,
    );
    return own?.address ?? null;
  }
}

async function closeAll(proxies: readonly TcpProxy[]): Promise<void> {
  await Promise.all(proxies.map((proxy) => proxy.close()));
}
