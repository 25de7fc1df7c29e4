import { createServer } from "node:net";
import { listen } from "../sockets/listen.ts";
import { TestbedError } from "../testbed-error.ts";

/** The most nodes whose addresses fit. */
export const MAX_NODES = 100;

const FIRST = 18;
const LAST = 117;
const LOCK_PORT = 32_087;

/** Takes the first slice whose lock port is free. Rejects with a {@link TestbedError}. */
export async function claimLoopbackSlice(): Promise<LoopbackSlice> {
  for (let second = FIRST; second <= LAST; second += 1) {
    const lock = createServer();
    try {
      await listen(lock, `127.${second}.255.1`, LOCK_PORT);
    } catch (error) {
      const { cause } = error as { cause?: NodeJS.ErrnoException };
      if (cause?.code === "EADDRINUSE") continue;
      throw error;
    }
    return slice(second, () => new Promise((resolve) => lock.close(() => resolve())));
  }
  throw new TestbedError(
    `Port ${LOCK_PORT} is in use on all of 127.${FIRST}.255.1 to 127.${LAST}.255.1: end the program that listens on it, or the other local clusters.`,
  );
}

/** One of the /16 networks of the loopback, for one cluster alone, so that several can run side by side. */
export type LoopbackSlice = ReturnType<typeof slice>;

function slice(second: number, release: () => Promise<void>) {
  const ip = (third: number) => (fourth: number) => `127.${second}.${third}.${fourth}`;
  return {
    nodeIp: ip(0),
    pongIp: ip(1),
    pingIp: ip(2),
    /** Where the node's ping finds Redis. */
    redisProxyIp: ip(3),
    clusterIp: ip(96)(10),
    dnsIp: ip(96)(2),
    /** Where Redis, the API server and the outside live. */
    hostIp: ip(254)(1),
    release,
  };
}
