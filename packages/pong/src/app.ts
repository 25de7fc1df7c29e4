import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { EchoAnswer } from "@netchecker/contract";
import {
  ECHO_PATH,
  MAX_ECHO_BYTES,
  NODE_HEADER,
  POD_HEADER,
} from "@netchecker/contract/pong-protocol";
import { boundConnections, REQUEST_LIMITS } from "@netchecker/runtime/connections";
import { exposeMetrics } from "@netchecker/runtime/metrics";
import { answerError, answerJson } from "./answer-json.ts";
import { BodyReceiver } from "./receive-body.ts";
import { RequestTally } from "./request-tally.ts";

/** The pod and the node that this pong names in its answers. */
export interface Identity {
  readonly pod: string;
  readonly node: string;
}

const LIMITS = {
  // A client that stops half-way is cut off after this time, and its memory is freed.
  ...REQUEST_LIMITS,
  keepAliveTimeout: 5_000,
  maxHeaderSize: 8 * 1024,
};

/**
 * For a moment, three times as many are allowed. That is more than the largest cluster has agents.
 */
const MAX_CONNECTIONS = 2_048;

const REFUSED = {
  too_large: {
    status: 413,
    code: "body_too_large",
    message: `send at most ${MAX_ECHO_BYTES} bytes`,
  },
  busy: { status: 503, code: "busy", message: "too many bodies at once, try again" },
} as const;

const KINDS: Readonly<Record<string, "who" | "echo" | "health" | "metrics">> = {
  [`GET ${ECHO_PATH}`]: "who",
  [`POST ${ECHO_PATH}`]: "echo",
  "GET /healthz": "health",
  "GET /metrics": "metrics",
};

const ALLOWED: Readonly<Record<string, string>> = {
  [ECHO_PATH]: "GET, POST",
  "/healthz": "GET",
  "/metrics": "GET",
};

export interface PongSettings {
  readonly maxConnections?: number;
}

/** Creates a server that echoes. The caller makes it listen. */
export function createPong(identity: Identity, settings: PongSettings = {}): Server {
  const named = { [POD_HEADER]: identity.pod, [NODE_HEADER]: identity.node };
  const bodies = new BodyReceiver();
  const tally = new RequestTally();
  const answerScrape = exposeMetrics(() => tally.families);

  const sayWho = (request: IncomingMessage, response: ServerResponse) => {
    const caller = request.socket.remoteAddress?.replace(/^::ffff:/, "") ?? "";
    const answer: EchoAnswer = { ...identity, caller };
    answerJson(response, 200, answer, named);
  };

  const sendBack = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await bodies.receive(request, MAX_ECHO_BYTES);
    if (body === "gone") return tally.error("gone");
    if (typeof body === "string") return refuseBody(request, response, REFUSED[body]);
    endWhenStopping(response);
    response.writeHead(200, {
      "content-type": "application/octet-stream",
      "content-length": body.length,
      ...named,
    });
    // The head leaves in a segment of its own. A client that gets the head but not the body then
    // knows two things: the whole request arrived, and large packets are lost on the way back.
    response.flushHeaders();
    response.end(body);
  };

  const refuseBody = (
    request: IncomingMessage,
    response: ServerResponse,
    { status, ...error }: (typeof REFUSED)[keyof typeof REFUSED],
  ) => {
    // The rest of the body is read and thrown away, and the connection ends only after that. A
    // connection that is closed with unread data is reset, and the answer would be lost.
    tally.error(error.code);
    request.resume();
    const answer = () => answerError(response, status, error, { ...named, connection: "close" });
    if (request.complete) answer();
    else request.once("end", answer);
  };

  const tellMetrics = async (response: ServerResponse) => {
    const { contentType, text } = await answerScrape();
    endWhenStopping(response);
    response.writeHead(200, { "content-type": contentType });
    response.end(text);
  };

  /** While the server is stopping, each answer ends its connection. */
  const endWhenStopping = (response: ServerResponse) => {
    if (!server.listening) response.shouldKeepAlive = false;
  };

  const server: Server = createServer(LIMITS, (request, response) => {
    endWhenStopping(response);
    const path = request.url?.split("?", 1)[0];
    const route = `${request.method} ${path}`;
    const kind = KINDS[route] ?? "other";
    tally.request(kind);
    if (kind === "who") return sayWho(request, response);
    if (kind === "echo") return void sendBack(request, response);
    if (kind === "health") return answerJson(response, 200, { ok: true });
    if (kind === "metrics") return void tellMetrics(response);
    request.resume();
    const allow = ALLOWED[path ?? ""];
    if (allow !== undefined) {
      tally.error("method_not_allowed");
      const error = { code: "method_not_allowed", message: `use ${allow}` };
      return answerError(response, 405, error, { ...named, allow });
    }
    tally.error("not_found");
    const message = `there are GET and POST ${ECHO_PATH}, GET /healthz and GET /metrics`;
    answerError(response, 404, { code: "not_found", message });
  });
  boundConnections(server, {
    maxConnections: settings.maxConnections ?? MAX_CONNECTIONS,
    onCrowdedOut: () => tally.error("too_many_connections"),
  });
  return server;
}
