import { request } from "node:http";
import { isIP, type Socket } from "node:net";
import type { Progress } from "./progress.ts";

/**
 * The status with which a URL answers, over the given connection. It verifies the certificate and
 * does not follow redirects. It does not wait for the body, which can be of any size. Rejects with
 * a TLS, socket or HTTP parser error that has a code, or with the reason of `signal`.
 *
 * It uses node:http and not undici: undici costs 4.5 MB of memory in a bundle even if it is never
 * used, and 30 MB if it is.
 */
export async function getStatus(
  url: URL,
  socket: Socket,
  progress: Progress,
  signal: AbortSignal,
): Promise<number> {
  const isSecure = url.protocol === "https:";
  const stream = isSecure ? await secure(socket, url.hostname, progress) : socket;
  if (!isSecure) progress.enter("response-head");
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const asked = request({
      createConnection: () => stream,
      path: `${url.pathname}${url.search}`,
      headers: { host: url.host, "user-agent": "netchecker-ping", connection: "close" },
    });
    const abort = () => asked.destroy(signal.reason);
    signal.addEventListener("abort", abort);
    asked.on("error", reject);
    asked.on("close", () => signal.removeEventListener("abort", abort));
    asked.on("response", (response) => {
      progress.observer?.learned({ status: response.statusCode! });
      resolve(response.statusCode!);
      asked.destroy();
    });
    asked.end();
  });
}

async function secure(socket: Socket, hostname: string, progress: Progress): Promise<Socket> {
  progress.enter("tls");
  // node:tls costs megabytes. So only agents that have to check an https URL load it.
  const { connect } = await import("node:tls");
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const secured = connect({
    socket,
    host,
    ...(isIP(host) === 0 && { servername: host }),
    ALPNProtocols: ["http/1.1"],
  });
  secured.once("secureConnect", () => {
    progress.observer?.learned({
      tlsProtocol: secured.getProtocol() ?? "unknown",
      certificateUntil: secured.getPeerCertificate().valid_to,
    });
    progress.enter("response-head");
  });
  return secured;
}
