import type { ObjectStore } from "./api-server/object-store.ts";
import { isReady, type PodObject } from "./objects/pod-object.ts";
import type { ServiceObject } from "./objects/service-object.ts";

export interface Backend {
  readonly ip: string;
  readonly port: number;
  readonly node: string;
}

/** A service as kube-proxy sees it: where it is reached, and the ready pods behind it. */
export interface ProxiedService {
  readonly protocol: "tcp" | "udp";
  readonly clusterIps: readonly string[];
  readonly port: number;
  /** `externalTrafficPolicy: Local`; null where it has none. */
  readonly nodePort: number | null;
  readonly backends: readonly Backend[];
}

/** The rules that make services reachable, on one node or for all nodes. */
export interface ServiceRules {
  /** Replaces what was written before. */
  write(services: readonly ProxiedService[]): Promise<void>;
  /** Takes the rules away. It is safe to call twice. */
  remove?(): Promise<void>;
}

export interface KubeProxyOptions {
  /** Where services without a selector lead, by their names. */
  readonly endpoints?: Readonly<Record<string, string>>;
  /** How long after a change the rules are written. Changes within that time are written once. Default: at once. */
  readonly syncAfterMs?: number;
}

interface Place<Rules> {
  readonly rules: Rules;
  /** The services that a stale kube-proxy knows; null while it follows the store. */
  staleView: readonly ProxiedService[] | null;
  /** The last write, while it goes on. */
  writing: Promise<void> | null;
}

/** The kube-proxies of all nodes. They follow services and pods in the store, and write each node's rules. */
export class KubeProxy<Rules extends ServiceRules = ServiceRules> {
  readonly #store: ObjectStore;
  readonly #options: KubeProxyOptions;
  readonly #places = new Map<string, Place<Rules>>();
  readonly #unsubscribe: () => void;
  #services: readonly ProxiedService[] = [];
  #seen = "";
  #syncing: NodeJS.Timeout | undefined;

  constructor(store: ObjectStore, options: KubeProxyOptions = {}) {
    this.#store = store;
    this.#options = options;
    this.#unsubscribe = store.onChange(() => this.#look());
    this.#look();
  }

  /** Writes a place's rules from now on; resolves when they are there. Rejects as {@link ServiceRules.write} does. */
  async add(name: string, rules: Rules): Promise<void> {
    const place = { rules, staleView: null, writing: null };
    this.#places.set(name, place);
    await this.#write(place);
  }

  /** Takes a place's rules away. It is safe to call twice. */
  async remove(name: string): Promise<void> {
    const place = this.#places.get(name);
    this.#places.delete(name);
    await place?.writing?.catch(() => {});
    await place?.rules.remove?.();
  }

  /** Changes how a place's rules are made, and writes them. It does nothing for a place that is gone. */
  async change(name: string, change: (rules: Rules) => void): Promise<void> {
    const place = this.#places.get(name);
    if (!place) return;
    change(place.rules);
    await this.#write(place);
  }

  /** A stale kube-proxy follows the store no more. Resolves when its rules are written. It does nothing for a place that is gone. */
  async setStale(name: string, stale: boolean): Promise<void> {
    const place = this.#places.get(name);
    if (!place) return;
    place.staleView = stale ? this.#services : null;
    await this.#write(place);
  }

  /** Resolves when what the store says by now is written everywhere. */
  async settled(): Promise<void> {
    await Promise.all([...this.#places.values()].map((place) => this.#write(place)));
  }

  /** Safe to call twice. */
  async stop(): Promise<void> {
    this.#unsubscribe();
    clearTimeout(this.#syncing);
    await Promise.all([...this.#places.keys()].map((name) => this.remove(name)));
  }

  #look(): void {
    const services = this.#store.list<ServiceObject>("services").map((each) => this.#proxied(each));
    const seen = JSON.stringify(services);
    if (seen === this.#seen) return;
    this.#services = services;
    this.#seen = seen;
    const { syncAfterMs } = this.#options;
    if (syncAfterMs === undefined) this.#sync();
    else this.#syncing ??= setTimeout(() => this.#sync(), syncAfterMs);
  }

  #sync(): void {
    this.#syncing = undefined;
    // Writing fails where a node is being removed, or where another program has taken the address. Neither matters here.
    this.settled().catch(() => {});
  }

  /** Writes follow each other. The first one begins at once, so that who is told of a change later finds it written. */
  #write(place: Place<Rules>): Promise<void> {
    const write = async () => {
      if (![...this.#places.values()].includes(place)) return;
      await place.rules.write(place.staleView ?? this.#services);
    };
    const writing = place.writing ? place.writing.catch(() => {}).then(write) : write();
    place.writing = writing;
    const ended = () => {
      if (place.writing === writing) place.writing = null;
    };
    writing.then(ended, ended);
    return writing;
  }

  #proxied({ metadata, spec }: ServiceObject): ProxiedService {
    const { protocol, port, targetPort, nodePort } = spec.ports[0]!;
    const endpoint = this.#options.endpoints?.[metadata.name];
    return {
      protocol: protocol === "UDP" ? "udp" : "tcp",
      clusterIps: spec.clusterIPs,
      port,
      nodePort: nodePort === 0 ? null : nodePort,
      backends:
        endpoint === undefined
          ? this.#podsOf(metadata.namespace!, spec.selector, targetPort)
          : [{ ip: endpoint, port: targetPort, node: "control" }],
    };
  }

  #podsOf(namespace: string, selector: Readonly<Record<string, string>>, port: number): Backend[] {
    const selected = Object.entries(selector);
    return (
      this.#store
        .list<PodObject>("pods")
        .filter(({ metadata }) => metadata.namespace === namespace)
        .filter(({ metadata }) =>
          selected.every(([key, value]) => metadata.labels?.[key] === value),
        )
        // A terminating pod gets no new connections, ready or not.
        .filter((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined)
        .flatMap(({ spec, status }) =>
          status.podIPs!.map(({ ip }) => ({ ip, port, node: spec.nodeName! })),
        )
    );
  }
}
