import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

const PORT = 10_251;

/** Where kubelets' heartbeats are heard, in the control namespace. */
export interface ApiEndpoint {
  readonly host: string;
  readonly port: number;
}

/** A heartbeat, and its answer. */
interface Heartbeat {
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

/** Hears the kubelets' heartbeats where the API server is, and answers each. */
export class Heartbeats {
  readonly endpoint: ApiEndpoint;
  readonly #socket: Socket;

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.endpoint = { host, port: PORT };
  }

  /** Calls `heard` with the node's name for each. */
  static async listen(host: string, heard: (node: string) => void): Promise<Heartbeats> {
    const socket = createSocket("udp4", (data, from) => {
      const { node } = JSON.parse(data.toString()) as Heartbeat;
      heard(node);
      socket.send(data, from.port, from.address, () => {});
    });
    socket.on("error", () => {});
    socket.bind(PORT, host);
    await once(socket, "listening");
    return new Heartbeats(socket, host);
  }

  stop(): void {
    this.#socket.close();
  }
}
