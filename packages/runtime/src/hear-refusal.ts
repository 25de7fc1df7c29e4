import { connect } from "node:net";

/**
 * Reads what Redis says to a new connection before any command: that it has no room, or that it is
 * in protected mode (acceptCommonHandler and clientAcceptHandler in its networking.c). Redis then
 * closes at once. ioredis never sees this message, because the system throws it away when the
 * client has already sent something. So this function connects and sends nothing. Null if Redis
 * says nothing. `url` must begin with `redis://`.
 */
export function hearRefusal(url: string, timeoutMs: number): Promise<string | null> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port || 6379) });
    const end = (words: string | null) => {
      socket.destroy();
      resolve(words);
    };
    socket.setTimeout(timeoutMs, () => end(null));
    socket.once("data", (data) => end(/^-(.*?)\r\n/.exec(data.toString())?.[1] ?? null));
    socket.once("error", () => end(null));
    socket.once("close", () => end(null));
  });
}
