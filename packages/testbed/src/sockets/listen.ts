import { type AddressInfo, createServer, isIPv6, type Server } from "node:net";
import { explainListen } from "../local-cluster-error.ts";

// A whole cluster connects within the same second.
const BACKLOG = 4_096;

/**
 * Listens, and gives the port; with `reusePort` several may listen on one address, and share what comes. Rejects with a
 * LocalClusterError when the address is taken.
 */
export function listen(
  server: Server,
  host: string,
  port: number,
  reusePort = false,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) =>
      reject(explainListen(error, `${isIPv6(host) ? `[${host}]` : host}:${port}`));
    server.once("error", fail);
    server.listen({ host, port, backlog: BACKLOG, reusePort }, () => {
      server.off("error", fail);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** A port that nothing listens on at this moment. */
export async function freePort(host: string): Promise<number> {
  const server = createServer();
  const port = await listen(server, host, 0);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
