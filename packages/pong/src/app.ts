import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { EchoAnswer } from "@netchecker/contract";
import {
  ECHO_PATH,
  MAX_ECHO_BYTES,
  NODE_HEADER,
  POD_HEADER,
} from "@netchecker/contract/pong-protocol";
import { answerError, answerJson } from "./answer-json.ts";
import { BodyReceiver } from "./receive-body.ts";

/** Who this pong says it is. */
export interface Identity {
  readonly pod: string;
  readonly node: string;
}

const LIMITS = {
  // A client that stops half-way is gone after this, and what it held with it.
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 8 * 1024,
};

/** More than the largest cluster has agents. */
const MAX_CONNECTIONS = 8_192;

const REFUSED = {
  too_large: {
    status: 413,
    code: "body_too_large",
    message: `send at most ${MAX_ECHO_BYTES} bytes`,
  },
  busy: { status: 503, code: "busy", message: "too many bodies at once, try again" },
} as const;

/** A server that echoes, not yet listening. */
export function createPong(identity: Identity): Server {
  const named = { [POD_HEADER]: identity.pod, [NODE_HEADER]: identity.node };
  const bodies = new BodyReceiver();

  const sayWho = (request: IncomingMessage, response: ServerResponse) => {
    const caller = request.socket.remoteAddress?.replace(/^::ffff:/, "") ?? "";
    const answer: EchoAnswer = { ...identity, caller };
    answerJson(response, 200, answer, named);
  };

  const sendBack = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await bodies.receive(request, MAX_ECHO_BYTES);
    if (body === "gone") return;
    if (typeof body === "string") return refuseBody(request, response, REFUSED[body]);
    endWhenStopping(response);
    response.writeHead(200, {
      "content-type": "application/octet-stream",
      "content-length": body.length,
      ...named,
    });
    // The head leaves in a segment of its own: who gets it, and not the body, knows that the request
    // got through whole and that large packets are lost on the way back.
    response.flushHeaders();
    response.end(body);
  };

  const refuseBody = (
    request: IncomingMessage,
    response: ServerResponse,
    { status, ...error }: (typeof REFUSED)[keyof typeof REFUSED],
  ) => {
    // What still comes is thrown away unheld, and only then does the connection end: closed on unread
    // data, it would be reset and the answer lost with it.
    request.resume();
    const answer = () => answerError(response, status, error, { ...named, connection: "close" });
    if (request.complete) answer();
    else request.once("end", answer);
  };

  /** While the server stops, each answer is its connection's last. */
  const endWhenStopping = (response: ServerResponse) => {
    if (!server.listening) response.shouldKeepAlive = false;
  };

  const server = createServer(LIMITS, (request, response) => {
    endWhenStopping(response);
    const path = request.url?.split("?", 1)[0];
    const route = `${request.method} ${path}`;
    if (route === `GET ${ECHO_PATH}`) return sayWho(request, response);
    if (route === `POST ${ECHO_PATH}`) return void sendBack(request, response);
    if (route === "GET /healthz") return answerJson(response, 200, { ok: true });
    request.resume();
    const allow = path === ECHO_PATH ? "GET, POST" : path === "/healthz" ? "GET" : null;
    if (allow !== null) {
      const error = { code: "method_not_allowed", message: `use ${allow}` };
      return answerError(response, 405, error, { ...named, allow });
    }
    const message = `there are GET and POST ${ECHO_PATH}, and GET /healthz`;
    answerError(response, 404, { code: "not_found", message });
  });
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}
