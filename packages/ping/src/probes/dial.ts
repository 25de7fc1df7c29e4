import { connect, type Socket } from "node:net";
import type { HostPort } from "./host-port.ts";

/**
 * Opens a new connection to an IP. Rejects with the socket's error or with the reason of `signal`.
 * An abort of `signal` also ends the connection later.
 */
export function dial({ host, port }: HostPort, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = connect({ host, port });
    const abort = () => socket.destroy(signal.reason);
    signal.addEventListener("abort", abort);
    socket.on("error", reject);
    socket.on("close", () => signal.removeEventListener("abort", abort));
    socket.on("connect", () => resolve(socket));
  });
}

/**
 * Connects and closes in good order: a reset would appear as an error in the log of the peer.
 * Rejects like {@link dial}.
 */
export async function dialOnce(address: HostPort, signal: AbortSignal): Promise<void> {
  const socket = await dial(address, signal);
  socket.destroy();
}
