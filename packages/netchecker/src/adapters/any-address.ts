import { createServer } from "node:net";

/**
 * The address for listening on all interfaces: `::`, which accepts IPv4 too, or `0.0.0.0` on a machine without IPv6.
 * node:net uses it by default, but fastify listens on localhost only if it is given no host.
 */
export async function anyAddress(): Promise<"::" | "0.0.0.0"> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address?.family === "IPv6" ? "::" : "0.0.0.0";
}
