import { createSocket } from "node:dgram";
import { once } from "node:events";

/** Where kubelets' heartbeats are heard, in the control namespace. */
export interface ApiEndpoint {
  readonly host: string;
  readonly port: number;
}

/** A heartbeat, and its answer. */
export interface Heartbeat {
  readonly node: string;
  readonly sequence: number;
}

/**
 * A kubelet's standing connection with the API server: one datagram and its answer over the node's own link, sent again
 * until it is answered, so that it fails where the packets of a connection would, and lost ones are made good as TCP does.
 */
export class ApiLink {
  readonly #node: string;
  readonly #api: ApiEndpoint;
  readonly #againMs: number;
  readonly #socket = createSocket("udp4");
  readonly #waiting = new Map<number, () => void>();
  #sequence = 0;

  constructor(node: string, api: ApiEndpoint, againMs: number) {
    this.#node = node;
    this.#api = api;
    this.#againMs = againMs;
    this.#socket.on("message", (data) => {
      const { sequence } = JSON.parse(data.toString()) as Heartbeat;
      this.#waiting.get(sequence)?.();
    });
    // Where there is no way, it tries again.
    this.#socket.on("error", () => {});
  }

  /** Sends from the node's own address. */
  async open(host: string): Promise<void> {
    this.#socket.bind(0, host);
    await once(this.#socket, "listening");
  }

  /** Resolves when the API server has answered something that was sent after this call. */
  exchange(): Promise<void> {
    this.#sequence += 1;
    const heartbeat: Heartbeat = { node: this.#node, sequence: this.#sequence };
    const text = JSON.stringify(heartbeat);
    const send = () => this.#socket.send(text, this.#api.port, this.#api.host, () => {});
    return new Promise((resolve) => {
      const again = setInterval(send, this.#againMs);
      this.#waiting.set(heartbeat.sequence, () => {
        clearInterval(again);
        this.#waiting.delete(heartbeat.sequence);
        resolve();
      });
      send();
    });
  }
}
