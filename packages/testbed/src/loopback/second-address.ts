import type { PodNetwork } from "../cluster/pod.ts";
import { POD_PORT } from "../kubernetes/kubelet.ts";
import { TcpProxy } from "../sockets/tcp-proxy.ts";

/**
 * What a CNI does: it gives the pod its second address. There is no network namespace on the loopback and a process listens
 * on one address only, so that this one is passed on to the other; pong takes this cluster for its `caller` then. Where no
 * process listens, both addresses refuse.
 */
export class SecondAddress implements PodNetwork {
  readonly within = [];
  readonly #proxy: TcpProxy;

  constructor(second: string, first: string) {
    const backend = { host: first, port: POD_PORT };
    this.#proxy = new TcpProxy({ host: second, port: POD_PORT }, () => backend);
  }

  open(): Promise<void> {
    return this.#proxy.open();
  }

  close(): Promise<void> {
    return this.#proxy.close();
  }
}
