import type { ObjectStore } from "../kubernetes/api-server/object-store.ts";
import { isReady, type PodObject } from "../kubernetes/objects/pod-object.ts";
import { CLUSTER_IP, CONTROL, NODE_PORT } from "./network/addresses.ts";
import {
  type KubeProxyGap,
  kubeProxyRules,
  type ProxiedService,
} from "./network/kube-proxy-rules.ts";
import type { Namespace } from "./network/namespace.ts";

interface ProxiedNode {
  readonly name: string;
  readonly ip: string;
  readonly namespace: Namespace;
}

interface NodeState {
  readonly node: ProxiedNode;
  readonly gaps: Set<KubeProxyGap>;
  /** What a stale one knows, and nothing newer; null where it follows. */
  staleView: readonly ProxiedService[] | null;
  written: string;
  writing: Promise<void>;
}

const backend = (ip: string, port: number) => ({ ip, port, node: "control" });

/** The services that do not depend on pods: they live in the control namespace. */
const CONTROL_SERVICES: readonly ProxiedService[] = [
  {
    name: "kube-dns",
    protocol: "udp",
    clusterIp: CLUSTER_IP.dns,
    port: 53,
    nodePort: null,
    backends: [backend(CONTROL.dns, 53)],
  },
  {
    name: "redis",
    protocol: "tcp",
    clusterIp: CLUSTER_IP.redis,
    port: 6379,
    nodePort: null,
    backends: [backend(CONTROL.redis, 6379)],
  },
];

const SYNC_AFTER_MS = 200;

/** Every node's kube-proxy: follows the pods in the store and writes each node's rules. */
export class KubeProxies {
  readonly #store: ObjectStore;
  readonly #nodes = new Map<string, NodeState>();
  readonly #unsubscribe: () => void;
  #syncing: NodeJS.Timeout | undefined;

  constructor(store: ObjectStore) {
    this.#store = store;
    this.#unsubscribe = store.onChange(() => this.#syncSoon());
  }

  /** Writes a node's rules from now on; resolves when they are there. */
  async add(node: ProxiedNode): Promise<void> {
    const state: NodeState = {
      node,
      gaps: new Set(),
      staleView: null,
      written: "",
      writing: Promise.resolve(),
    };
    this.#nodes.set(node.name, state);
    await this.#write(state);
  }

  remove(name: string): void {
    this.#nodes.delete(name);
  }

  /** Leaves a part of a node's rules out, or writes it again. Resolves when that is done; a node that is gone has none. */
  async setGap(name: string, gap: KubeProxyGap, open: boolean): Promise<void> {
    const state = this.#nodes.get(name);
    if (!state) return;
    if (open) state.gaps.add(gap);
    else state.gaps.delete(gap);
    await this.#write(state);
  }

  /** A stale kube-proxy does not follow the pods any more. Resolves when the rules are so; a node that is gone has none. */
  async setStale(name: string, stale: boolean): Promise<void> {
    const state = this.#nodes.get(name);
    if (!state) return;
    state.staleView = stale ? this.#services() : null;
    await this.#write(state);
  }

  /** Resolves when what the store says by now is written everywhere. */
  async settled(): Promise<void> {
    await Promise.all([...this.#nodes.values()].map((state) => this.#write(state)));
  }

  stop(): void {
    this.#unsubscribe();
    clearTimeout(this.#syncing);
    this.#nodes.clear();
  }

  /** What changes together is written once; a real one waits a second. */
  #syncSoon(): void {
    this.#syncing ??= setTimeout(() => {
      this.#syncing = undefined;
      this.#sync();
    }, SYNC_AFTER_MS);
  }

  #sync(): void {
    for (const state of this.#nodes.values())
      // A node that is on its way out has no rules to write any more.
      this.#write(state).catch(() => {});
  }

  #write(state: NodeState): Promise<void> {
    state.writing = state.writing
      .catch(() => {})
      .then(async () => {
        if (!this.#nodes.has(state.node.name)) return;
        const services = state.staleView ?? this.#services();
        const rules = kubeProxyRules(services, state.node, state.gaps);
        if (rules === state.written) return;
        await state.node.namespace.run(rules);
        state.written = rules;
      });
    return state.writing;
  }

  #services(): ProxiedService[] {
    const backends = this.#store
      .list<PodObject>("pods")
      .filter(({ metadata }) => metadata.labels?.["name"] === "pong")
      // A terminating pod gets no new connections, ready or not.
      .filter((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined)
      .map(({ spec, status }) => ({ ip: status.podIP!, port: 8080, node: spec.nodeName! }));
    const pong: ProxiedService = {
      name: "pong-svc",
      protocol: "tcp",
      clusterIp: CLUSTER_IP.pong,
      port: 8080,
      nodePort: NODE_PORT,
      backends,
    };
    return [pong, ...CONTROL_SERVICES];
  }
}
