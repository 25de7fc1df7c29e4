import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { ApiEndpoint, Heartbeat } from "./api-link.ts";

const PORT = 10_251;

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
