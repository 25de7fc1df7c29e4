import { createServer, type Server, type ServerResponse } from "node:http";
import { okOf, outcomeAt, reasonCodeAt } from "@netchecker/contract";
import { boundConnections, REQUEST_LIMITS } from "@netchecker/runtime/connections";
import type { HealthAnswer } from "@netchecker/runtime/health";
import type { AnswerScrape } from "@netchecker/runtime/metrics";
import type { Agent, LastAnswer, LastAnswers } from "../ports.ts";

export interface AgentParts {
  readonly agent: Agent;
  readonly redis: () => "connected" | "away";
  /** The number of dropped target lists so far, by fault. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly lastAnswers: () => Readonly<LastAnswers>;
  readonly answerScrape: AnswerScrape;
}

/** Only Prometheus and people ask an agent. */
const MAX_CONNECTIONS = 64;

/** The last reports name every pod and node. On the host network anybody could reach them. */
const LOOPBACK = /^(::1|(::ffff:)?127\..*)$/;

/**
 * Says that the agent is alive, and whether it has Redis. It stays healthy without Redis, because a
 * restart would not help.
 */
export function healthOf({ redis, dropped }: Pick<AgentParts, "redis" | "dropped">): HealthAnswer {
  return { status: 200, body: { ok: true, redis: redis(), dropped } };
}

/**
 * Answers `GET /healthz`, `GET /metrics` and `GET /reports/last`. The last one is for people whose
 * agent cannot reach Redis. The caller makes it listen.
 */
export function createAgentServer(parts: AgentParts): Server {
  const { agent, lastAnswers, answerScrape } = parts;
  const routes: Readonly<Record<string, (response: ServerResponse) => void>> = {
    "/healthz": (response) => answerJson(response, 200, healthOf(parts).body),
    "/reports/last": (response) => {
      const reports = Object.entries(lastAnswers()).map(([type, last]) => [type, readable(last)]);
      answerJson(response, 200, { agent, reports: Object.fromEntries(reports) });
    },
    "/metrics": async (response) => {
      const { contentType, text } = await answerScrape();
      response.writeHead(200, { "content-type": contentType });
      response.end(text);
    },
  };
  const limits = { ...REQUEST_LIMITS, keepAliveTimeout: 5_000 };
  const server: Server = createServer(limits, (request, response) => {
    if (!server.listening) response.shouldKeepAlive = false;
    request.resume();
    const path = request.url?.split("?", 1)[0] ?? "";
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (!route)
      return answerError(
        response,
        404,
        "not_found",
        "there are GET /healthz, GET /reports/last and GET /metrics",
      );
    if (request.method !== "GET") {
      response.setHeader("allow", "GET");
      return answerError(response, 405, "method_not_allowed", "use GET");
    }
    if (path === "/reports/last" && !LOOPBACK.test(request.socket.remoteAddress ?? ""))
      return answerError(
        response,
        403,
        "not_from_here",
        "it is answered on the agent's own loopback, where kubectl port-forward leads",
      );
    route(response);
  });
  boundConnections(server, { maxConnections: MAX_CONNECTIONS });
  return server;
}

/** A report's columns together with its list's columns, as rows for people. */
function readable({ list, report, delivered }: LastAnswer) {
  const { round, tookMs, prober } = report;
  const results = list.check.map((check, index) => ({
    check,
    name: list.name[index],
    node: list.node[index],
    address: list.address[index],
    ok: okOf(reasonCodeAt(report, index)),
    ...outcomeAt(report, index),
  }));
  return { round, delivered, tookMs, prober, results };
}

function answerJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

function answerError(response: ServerResponse, status: number, code: string, message: string) {
  answerJson(response, status, { code, message });
}
