import { createServer, type Server } from "node:http";
import { boundConnections, REQUEST_LIMITS } from "./bound-connections.ts";

export interface HealthAnswer {
  readonly status: number;
  readonly body: object;
}

/** More than the number of probes that a kubelet runs. */
const MAX_CONNECTIONS = 32;

/**
 * A server for the kubelet's probes alone. Many connections to a service's main port then cannot
 * make the kubelet think that the service is dead. `routes` gives the answer for each path. The
 * caller makes it listen.
 */
export function createHealthServer(routes: Readonly<Record<string, () => HealthAnswer>>): Server {
  const server = createServer(REQUEST_LIMITS, (request, response) => {
    request.resume();
    const route = new Map(Object.entries(routes)).get(request.url?.split("?", 1)[0] ?? "");
    const { status, body } =
      route && ["GET", "HEAD"].includes(request.method ?? "") ? route() : notFound(routes);
    response.writeHead(status, { "content-type": "application/json", connection: "close" });
    response.end(JSON.stringify(body));
  });
  boundConnections(server, { maxConnections: MAX_CONNECTIONS });
  return server;
}

function notFound(routes: object): HealthAnswer {
  const paths = Object.keys(routes).map((path) => `GET ${path}`);
  const message = `there is ${paths.join(", ")} on this port`;
  return { status: 404, body: { code: "not_found", message } };
}
