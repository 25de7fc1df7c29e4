import { type AddressInfo, createServer, isIPv6, type Server } from "node:net";
import { TestbedError } from "../testbed-error.ts";

// A whole cluster connects within the same second.
const BACKLOG = 4_096;

/**
 * Listens, and gives the port; with `reusePort` several may listen on one address, and share what comes. Rejects with a
 * TestbedError when the address is taken.
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

/** A port that nothing listens on at this moment: any, or this one. Rejects with a {@link TestbedError} when it is taken. */
export async function freePort(host: string, port = 0): Promise<number> {
  const server = createServer();
  const free = await listen(server, host, port);
  await new Promise((resolve) => server.close(resolve));
  return free;
}

const AFTER_LISTEN: Record<string, (address: string) => string> = {
  EADDRINUSE: (address) =>
    `${address} is in use: end the program that listens on it (or on that port of every address), then start again.`,
  EADDRNOTAVAIL: (address) =>
    `${address} is not an address of this machine: the local cluster needs Linux, where all of 127.0.0.0/8 is local without set-up.`,
  EACCES: (address) => `${address} is not allowed to this user: run as one who may listen there.`,
};

/** What a failed `listen` means for the user; any other error is handed back as it is. */
export function explainListen(error: unknown, address: string): unknown {
  const explain = AFTER_LISTEN[(error as NodeJS.ErrnoException).code ?? ""];
  return explain ? new TestbedError(explain(address), { cause: error }) : error;
}
