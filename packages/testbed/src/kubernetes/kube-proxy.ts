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

/** What makes services reachable, on a node or for all of them. */
export interface ServiceRules {
  /** Makes it so, in the place of what was before. */
  write(services: readonly ProxiedService[]): Promise<void>;
  /** Takes it away. Safe to call twice. */
  remove?(): Promise<void>;
}

export interface KubeProxyOptions {
  /** Where services without a selector lead, by their names. */
  readonly endpoints?: Readonly<Record<string, string>>;
  /** How long after a change it is written; what changes together is written once then. Default: at once. */
  readonly syncAfterMs?: number;
}

interface Place<Rules> {
  readonly rules: Rules;
  /** What a stale one knows, and nothing newer; null where it follows. */
  staleView: readonly ProxiedService[] | null;
  writing: Promise<void>;
}

/** Every node's kube-proxy: follows services and pods in the store, and writes what follows from them everywhere. */
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
    const place = { rules, staleView: null, writing: Promise.resolve() };
    this.#places.set(name, place);
    await this.#write(place);
  }

  /** Takes a place's rules away. Safe to call twice. */
  async remove(name: string): Promise<void> {
    const place = this.#places.get(name);
    this.#places.delete(name);
    await place?.writing.catch(() => {});
    await place?.rules.remove?.();
  }

  /** Changes a place's rules themselves and writes them; a place that is gone has none. */
  async change(name: string, change: (rules: Rules) => void): Promise<void> {
    const place = this.#places.get(name);
    if (!place) return;
    change(place.rules);
    await this.#write(place);
  }

  /** A stale kube-proxy does not follow any more. Resolves when the rules are so; a place that is gone has none. */
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
    // A place that is on its way out has no rules to write any more, and an address that somebody took meanwhile is theirs.
    this.settled().catch(() => {});
  }

  #write(place: Place<Rules>): Promise<void> {
    place.writing = place.writing
      .catch(() => {})
      .then(async () => {
        if (![...this.#places.values()].includes(place)) return;
        await place.rules.write(place.staleView ?? this.#services);
      });
    return place.writing;
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
