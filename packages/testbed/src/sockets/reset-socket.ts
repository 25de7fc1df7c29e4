import type { Socket } from "node:net";

/**
 * Resets a connection. One that is about to connect, or whose end is on its way, is closed instead: libuv refuses
 * to reset a socket that is shutting down, and Node then loses the handle and never exits.
 */
export function resetSocket(socket: Socket): void {
  const ending = socket.writableEnded && !socket.writableFinished;
  if (ending || socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}
