import { connect, type Server, type Socket } from "node:net";
import { pipeline } from "node:stream";

/**
 * Passes what a socket of another network accepts on to an address of this one. Gives what ends it, and every
 * connection with it.
 */
export function passConnections(
  listener: Server,
  to: { readonly host: string; readonly port: number },
): () => void {
  const open = new Set<Socket>();
  listener.on("connection", (client: Socket) => {
    const upstream = connect({ ...to, noDelay: true });
    client.setNoDelay(true);
    open.add(client);
    // Either's end, or failure, is the end of both.
    pipeline(client, upstream, client, () => {
      open.delete(client);
      client.destroy();
      upstream.destroy();
    });
  });
  return () => {
    listener.close();
    for (const client of open) client.destroy();
  };
}
