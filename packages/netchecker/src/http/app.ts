import { boundConnections, REQUEST_LIMITS } from "@netchecker/runtime/connections";
import bearerAuth from "@fastify/bearer-auth";
import swagger from "@fastify/swagger";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { fastify, type FastifyBaseLogger } from "fastify";
import { Answers, type AnswerLimits } from "./answers/answers.ts";
import { boundWholeTexts } from "./answers/whole-texts.ts";
import type { Api } from "./api.ts";
import { describeFaults, type ErrorBody, HttpError, NoParametersSchema } from "./errors.ts";
import { findingsRoutes } from "./findings-routes.ts";
import { healthRoutes } from "./health-routes.ts";
import { historyRoutes } from "./history-routes.ts";
import { legacyRoutes } from "./legacy-routes.ts";
import { meshRoutes } from "./mesh-routes.ts";
import { metricsRoutes } from "./metrics-routes.ts";
import { nodeStatesRoutes } from "./node-states-routes.ts";
import { OldRounds } from "./old-rounds.ts";
import { pageRoutes } from "./page-routes.ts";
import { refuseUnreadable } from "./refuse-unreadable.ts";
import { resultsRoutes } from "./results-routes.ts";
import { roundsRoutes } from "./rounds-routes.ts";
import { refuseWhileStandingBy } from "./stand-by.ts";
import { SharedWork } from "./shared-work.ts";
import { stateRoutes } from "./state-routes.ts";
import { verdictRoutes } from "./verdict-routes.ts";
import type { Served } from "./served.ts";

const UNAUTHORIZED: ErrorBody = {
  code: "unauthorized",
  message: "Send the API token: Authorization: Bearer <token>.",
};

export interface AppSettings {
  /** All but health and the page needs it, where there is one. */
  readonly token?: string | undefined;
  /** Where the built dashboard is. */
  readonly pageFolder: string;
  /** What answers may hold; as much as the manifests' memory limits have room for where it is not said. */
  readonly limits?: AnswerLimits;
  readonly mostConnections?: number;
}

/** An idle one takes some 20 kB, kernel's and our own. */
const MOST_CONNECTIONS = 1_024;

/** The API and the page, not listening yet. */
export async function createApp(
  served: Served,
  { token, pageFolder, limits, mostConnections }: AppSettings,
) {
  const app = fastify({
    loggerInstance: served.log.child({}, { level: "warn" }) as FastifyBaseLogger,
    // Requests are not worth a line each; what goes wrong is.
    bodyLimit: 1024,
    // Names of nodes have up to 253 characters. What is longer, the routes' schemas say; node:http bounds the whole head.
    routerOptions: { maxParamLength: 16_384 },
    clientErrorHandler: refuseUnreadable,
    requestTimeout: REQUEST_LIMITS.requestTimeout,
    http: REQUEST_LIMITS,
    return503OnClosing: true,
    ajv: {
      customOptions: {
        removeAdditional: false,
        allErrors: true,
        coerceTypes: true,
        // With it, bounds are not held against what is not finite: Infinity would be taken for any number.
        strictNumbers: false,
      },
    },
    schemaErrorFormatter: (faults) => new Error((faults[0]?.message as string) ?? "invalid"),
  }).withTypeProvider<TypeBoxTypeProvider>();

  app.setErrorHandler(
    (error: Error & { statusCode?: number; validation?: never[] }, request, reply) => {
      const fault = explain(error, request);
      if (fault.statusCode >= 500 && fault.code === "internal_error")
        request.log.error({ err: error }, "an answer failed");
      const body: ErrorBody = { code: fault.code, message: fault.message, ...fault.beside };
      // What the answer that failed had said of itself.
      for (const header of ["etag", "content-encoding", "content-length"])
        reply.removeHeader(header);
      reply.type("application/json; charset=utf-8");
      return reply.code(fault.statusCode).headers(fault.headers).send(body);
    },
  );
  app.setNotFoundHandler((request) => {
    throw new HttpError(
      404,
      "no_such_route",
      `There is no ${request.method} ${request.url.split("?")[0]}; see /openapi.json.`,
    );
  });

  const connections = boundConnections(app.server, {
    maxConnections: mostConnections ?? MOST_CONNECTIONS,
  });
  // Not in its turn: while it waits, the server takes no new connections, and those that are open may last.
  app.addHook("preClose", async () => connections.endSoon());
  const api: Api = {
    ...served,
    answers: new Answers(limits),
    oldRounds: new OldRounds((id) => served.keeper.round(id)),
    work: new SharedWork(),
  };
  app.addHook("onSend", boundWholeTexts());
  await app.register(swagger, {
    openapi: {
      info: {
        title: "netChecker",
        description: "Whether the cluster's network works, and what is broken.",
        version: "1",
      },
      ...(token !== undefined && {
        components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
        security: [{ token: [] }],
      }),
    },
  });
  let openApi: string | undefined;
  await app.register(healthRoutes(served));
  await app.register(pageRoutes(pageFolder, token === undefined));
  await app.register(async (guarded) => {
    if (token !== undefined) {
      await guarded.register(bearerAuth, {
        keys: new Set([token]),
        // The plugin's type asks for its own shape of body; ours is the one of every other error.
        errorResponse: () => UNAUTHORIZED as never,
      });
    }
    await guarded.register(metricsRoutes(api));
    guarded.get(
      "/openapi.json",
      { schema: { hide: true, querystring: NoParametersSchema } },
      (request, reply) => {
        // Routes are known once the app is ready, and do not change after that.
        openApi ??= JSON.stringify(app.swagger());
        const pieces = [openApi];
        const type = "application/json; charset=utf-8";
        return api.answers.send(request, reply, { key: "openapi", type, open: () => ({ pieces }) });
      },
    );
    await guarded.register(async (data) => {
      data.addHook("onRequest", refuseWhileStandingBy(served));
      await data.register(verdictRoutes(api));
      await data.register(resultsRoutes(api));
      await data.register(roundsRoutes(api));
      await data.register(meshRoutes(api));
      await data.register(findingsRoutes(api));
      await data.register(nodeStatesRoutes(api));
      await data.register(historyRoutes(api));
      await data.register(stateRoutes(served));
      await data.register(legacyRoutes(api));
    });
  });
  return app;
}

interface FaultyRequest {
  readonly query: unknown;
  readonly params: unknown;
  readonly routeOptions: { readonly schema?: { readonly querystring?: unknown } };
}

function explain(
  error: Error & { statusCode?: number; validation?: never[]; validationContext?: string },
  request: FaultyRequest,
): HttpError {
  if (error instanceof HttpError) return error;
  if (error.validation) {
    const given = (error.validationContext === "params" ? request.params : request.query) ?? {};
    const { properties = {} } = (request.routeOptions.schema?.querystring ?? {}) as {
      properties?: object;
    };
    const sentence = describeFaults(error.validation, given as never, Object.keys(properties));
    return new HttpError(400, "bad_request", sentence);
  }
  const statusCode = error.statusCode ?? 500;
  if (statusCode < 500) return new HttpError(statusCode, "bad_request", error.message);
  return new HttpError(500, "internal_error", "netChecker failed to answer; its log says why.");
}
