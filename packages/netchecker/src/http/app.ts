import { JSON_TYPE } from "./json-stream.ts";
import { boundConnections, REQUEST_LIMITS } from "@netchecker/runtime/connections";
import bearerAuth from "@fastify/bearer-auth";
import swagger from "@fastify/swagger";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { fastify, type FastifyBaseLogger } from "fastify";
import { Answers, type AnswerLimits } from "./answers/answers.ts";
import { boundWholeTexts } from "./answers/whole-texts.ts";
import type { Api } from "./api.ts";
import { type ErrorBody } from "./schemas/errors.ts";
import { NoParametersSchema } from "./schemas/parameters.ts";
import { describeFaults, HttpError } from "./http-error.ts";
import { findingsRoutes } from "./routes/findings-routes.ts";
import { healthRoutes } from "./routes/health-routes.ts";
import { historyRoutes } from "./routes/history-routes.ts";
import { legacyRoutes } from "./routes/legacy-routes.ts";
import { metricsRoutes } from "./routes/metrics-routes.ts";
import { OldRounds } from "./old-rounds.ts";
import { pageRoutes } from "./routes/page-routes.ts";
import { refuseUnreadable } from "./refuse-unreadable.ts";
import { roundRoutes } from "./routes/round-routes.ts";
import { roundsRoutes } from "./routes/rounds-routes.ts";
import { refuseWhileStandingBy } from "./stand-by.ts";
import { SharedWork } from "./shared-work.ts";
import { stateRoutes } from "./routes/state-routes.ts";
import { verdictRoutes } from "./routes/verdict-routes.ts";
import type { Served } from "./served.ts";

const UNAUTHORIZED: ErrorBody = {
  code: "unauthorized",
  message: "Send the API token: Authorization: Bearer <token>.",
};

export interface AppSettings {
  /** If there is a token, all routes need it except health and the page. */
  readonly token?: string | undefined;
  /** The folder of the built dashboard. */
  readonly pageFolder: string;
  /** The default fits the memory limits in the manifests. */
  readonly limits?: AnswerLimits;
  readonly maxConnections?: number;
}

/** An idle connection takes about 20 kB of memory, the kernel's and ours together. */
const MAX_CONNECTIONS = 1_024;

/** Creates the server for the API and the page. It does not listen yet. */
export async function createApp(
  served: Served,
  { token, pageFolder, limits, maxConnections }: AppSettings,
) {
  const app = fastify({
    loggerInstance: served.log.child({}, { level: "warn" }) as FastifyBaseLogger,
    bodyLimit: 1024,
    // The routes' schemas refuse names that are too long, with a message. node:http bounds the whole head.
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
        // With strict numbers, Ajv does not check bounds of Infinity, and accepts it as any number.
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
      // These headers belong to the answer that failed.
      for (const header of ["etag", "content-encoding", "content-length"])
        reply.removeHeader(header);
      reply.type(JSON_TYPE);
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
    maxConnections: maxConnections ?? MAX_CONNECTIONS,
  });
  // The hook does not wait for this. The server must stop listening at once, while open connections may still last.
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
        // The plugin's type wants a body of its own shape. Ours has the shape of all other errors.
        errorResponse: () => UNAUTHORIZED as never,
      });
    }
    await guarded.register(metricsRoutes(api));
    guarded.get(
      "/openapi.json",
      { schema: { hide: true, querystring: NoParametersSchema } },
      (request, reply) => {
        // The routes do not change once the app is ready.
        openApi ??= JSON.stringify(app.swagger());
        const pieces = [openApi];
        return api.answers.send(request, reply, {
          key: "openapi",
          type: JSON_TYPE,
          open: () => ({ pieces }),
        });
      },
    );
    await guarded.register(async (data) => {
      data.addHook("onRequest", refuseWhileStandingBy(served));
      await data.register(verdictRoutes(api));
      await data.register(roundRoutes(api));
      await data.register(roundsRoutes(api));
      await data.register(findingsRoutes(api));
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
