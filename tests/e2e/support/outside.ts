import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A place outside the cluster that is probed over HTTP. */
export interface Outside {
  readonly url: string;
  /** The number of connections since the start. */
  readonly connections: number;
  /** While it is true, the place accepts connections and never answers. */
  silent: boolean;
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1. */
export async function startOutside(): Promise<Outside> {
  const state = { connections: 0, silent: false };
  const server = createServer((_request, response) => {
    if (!state.silent) response.end("here");
  });
  server.on("connection", () => (state.connections += 1));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    get connections() {
      return state.connections;
    },
    get silent() {
      return state.silent;
    },
    set silent(silent) {
      state.silent = silent;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
