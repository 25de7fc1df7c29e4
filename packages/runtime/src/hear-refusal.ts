import { connect } from "node:net";

/**
 * What a Redis says to a connection before it is asked anything: that it has no room, or is in
 * protected mode (acceptCommonHandler and clientAcceptHandler in its networking.c). It then closes at
 * once, and what a client has sent by then makes the system throw these words away. Null where it says
 * nothing. `url` begins with `redis://`.
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
