import type { Socket } from "node:net";
import { buildConnector, Client } from "undici";

/**
 * The status that a URL answers with, over one fresh connection that `connect` makes. The body is not
 * waited for: it can be of any size. Rejects with a TLS, socket or HTTP parser error that has a code,
 * or with the reason of `signal`.
 */
export async function getStatus(
  url: URL,
  connect: () => Promise<Socket>,
  signal: AbortSignal,
): Promise<number> {
  const secure = buildConnector({ timeout: 0 });
  const client = new Client(url.origin, {
    connect: (options, callback) => {
      connect().then(
        (socket) =>
          options.protocol === "https:"
            ? secure({ ...options, httpSocket: socket }, callback)
            : callback(null, socket),
        (error: Error) => callback(error, null),
      );
    },
    // The attempt's own timeout is the only one: undici's are coarse.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  try {
    const { statusCode, body } = await client.request({
      method: "GET",
      path: `${url.pathname}${url.search}`,
      headers: { "user-agent": "netchecker-ping" },
      signal,
    });
    body.on("error", () => {});
    return statusCode;
  } finally {
    await client.destroy();
  }
}
