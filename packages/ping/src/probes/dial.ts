import { connect, type Socket } from "node:net";
import type { HostPort } from "./host-port.ts";

/**
 * A fresh connection to an IP. Rejects with the socket's error or with the reason of `signal`, which
 * ends the connection at any time later too.
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
 * Connects and closes in good order: a reset would be an error in the log of whoever listens there.
 * Rejects like {@link dial}.
 */
export async function dialOnce(address: HostPort, signal: AbortSignal): Promise<void> {
  const socket = await dial(address, signal);
  socket.destroy();
}
