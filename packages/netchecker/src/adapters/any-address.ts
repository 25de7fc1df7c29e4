import { createServer } from "node:net";

/**
 * The address that stands for all of this machine's: `::`, which takes IPv4 too, or `0.0.0.0` where there is no IPv6.
 * Without a host, fastify listens on localhost only, and node:net on this one.
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
