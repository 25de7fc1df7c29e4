import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { sayVerdict } from "../../core/verdict/say-verdict.ts";
import type { Api } from "../api.ts";
import { ErrorSchema, UnavailableSchema } from "../schemas/errors.ts";
import { VerdictBodySchema, VerdictQuerySchema } from "../schemas/verdict.ts";
import { sendVersioned, versioned } from "../versioned.ts";

/** The verdict, for scripts, health checks and people in a hurry. */
export function verdictRoutes(api: Api): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/verdict",
      {
        schema: {
          summary: "What netchecker knows of the cluster's network now",
          querystring: VerdictQuerySchema,
          response: {
            200: VerdictBodySchema,
            400: ErrorSchema,
            503: Type.Union([VerdictBodySchema, UnavailableSchema]),
          },
        },
      },
      async (request, reply) => {
        const { format, strict } = request.query;
        const verdict = api.verdict();
        const { latest } = api.keeper;
        const isLoud =
          verdict.verdict === "failing" ||
          verdict.verdict === "unmeasured" ||
          (verdict.verdict === "degraded" && strict === "degraded");
        reply.header("cache-control", "no-cache");
        if (strict !== undefined && isLoud) reply.code(503);
        if (format === "text") {
          const line = `${sayVerdict(verdict, Date.now())}\n`;
          return reply.type("text/plain; charset=utf-8").send(line as never) as never;
        }
        const round = latest && {
          id: latest.head.id,
          at: latest.head.finishedAt ?? latest.head.startedAt,
        };
        return sendVersioned(api, request, reply, versioned({ ...verdict, round })) as never;
      },
    );
  };
}
