import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { listen } from "@netchecker/testbed/sockets/listen";
import type { Address } from "@netchecker/testbed/sockets/tcp-proxy";

/**
 * A proxy to Redis on a path that loses large packets. Data that is sent at once and is larger than `maxBytes` never
 * arrives. Nothing after it arrives either, because TCP keeps sending the lost data.
 */
export async function aWayThatLosesLarge(to: Address, maxBytes: number) {
  const sockets = new Set<Socket>();
  const pass = (from: Socket, into: Socket) => {
    let stuck = false;
    sockets.add(from);
    from.on("error", () => into.destroy());
    from.on("close", () => into.destroy());
    from.on("data", (data) => {
      stuck ||= data.length > maxBytes;
      if (!stuck) into.write(data);
    });
  };
  const server: Server = createServer((client) => {
    const upstream = connect(to);
    pass(client, upstream);
    pass(upstream, client);
  });
  const port = await listen(server, "127.0.0.1", 0);
  return {
    host: `127.0.0.1:${port}`,
    async stop(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
