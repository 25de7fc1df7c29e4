import type { PodNetwork } from "../cluster/pod.ts";
import { POD_PORT } from "../kubernetes/kubelet.ts";
import { TcpProxy } from "../sockets/tcp-proxy.ts";

/**
 * The second address of a pod on the loopback. The pod's process listens on its first address only, so that connections to
 * the second are passed on. pong takes this cluster for its `caller` then. While no process runs, both addresses refuse.
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
