import { isIP } from "node:net";
import type { Backend, ProxiedService, ServiceRules } from "../kubernetes/kube-proxy.ts";
import { type Address, TcpProxy } from "../sockets/tcp-proxy.ts";

interface Entrance {
  readonly proxy: TcpProxy;
  backends: readonly Backend[];
}

/** Addresses where services are reached. */
class Entrances {
  readonly #entrances = new Map<string, Entrance>();
  readonly #acceptors: number;

  constructor(acceptors: number) {
    this.#acceptors = acceptors;
  }

  /**
   * The address leads to any of the backends that have an address of the same family. Without such a backend it accepts and
   * stays silent. Rejects with a TestbedError when the address is taken.
   */
  async lead(at: Address, backends: readonly Backend[]): Promise<void> {
    const entrance = this.#entrance(at);
    entrance.backends = backends.filter(({ ip }) => isIP(ip) === isIP(at.host));
    await entrance.proxy.open();
  }

  /** The address refuses connections. A new address is opened once, to know that it is free. Rejects as `lead` does. */
  async refuse(at: Address): Promise<void> {
    if (!this.#entrances.has(keyOf(at))) await this.lead(at, []);
    await this.#entrance(at).proxy.close();
  }

  async remove(): Promise<void> {
    await Promise.all([...this.#entrances.values()].map(({ proxy }) => proxy.close()));
  }

  #entrance(at: Address): Entrance {
    const known = this.#entrances.get(keyOf(at));
    if (known) return known;
    const pick = (): Address | null => {
      const { backends } = entrance;
      const found = backends[Math.floor(Math.random() * backends.length)];
      return found ? { host: found.ip, port: found.port } : null;
    };
    const proxy = new TcpProxy(at, pick, { acceptors: this.#acceptors });
    const entrance: Entrance = { proxy, backends: [] };
    this.#entrances.set(keyOf(at), entrance);
    return entrance;
  }
}

const keyOf = ({ host, port }: Address) => `${host} ${port}`;

/** Every agent dials a ClusterIP at the same moment, several times. */
const CLUSTER_IP_ACCEPTORS = 16;

/** The ClusterIPs of services. They lead to any ready pod, and refuse when there is none. One set serves all nodes. */
export class ClusterIps implements ServiceRules {
  readonly #entrances = new Entrances(CLUSTER_IP_ACCEPTORS);

  async write(services: readonly ProxiedService[]): Promise<void> {
    for (const { clusterIps, port, backends } of services)
      await Promise.all(
        clusterIps.map((host) =>
          backends.length > 0
            ? this.#entrances.lead({ host, port }, backends)
            : this.#entrances.refuse({ host, port }),
        ),
      );
  }

  remove(): Promise<void> {
    return this.#entrances.remove();
  }
}

/** The NodePorts of one node. They lead to the node's own ready pod. Without one they accept and stay silent, as near to a dropped packet as a loopback gets. */
export class NodePorts implements ServiceRules {
  readonly #node: string;
  readonly #ips: readonly string[];
  readonly #entrances = new Entrances(1);

  constructor(node: string, ips: readonly string[]) {
    this.#node = node;
    this.#ips = ips;
  }

  async write(services: readonly ProxiedService[]): Promise<void> {
    for (const { nodePort, backends } of services) {
      if (nodePort === null) continue;
      const own = backends.filter(({ node }) => node === this.#node);
      await Promise.all(
        this.#ips.map((host) => this.#entrances.lead({ host, port: nodePort }, own)),
      );
    }
  }

  remove(): Promise<void> {
    return this.#entrances.remove();
  }
}
