import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { RoundIdSchema, TimeSchema, VerdictSchema } from "@netchecker/contract";
import { Type } from "typebox";
import { sayVerdict } from "../core/verdict/say-verdict.ts";
import type { Api } from "./api.ts";
import { ErrorSchema, UnavailableSchema } from "./errors.ts";
import { sendVersioned, versioned } from "./versioned.ts";

const BodySchema = Type.Object({
  ...VerdictSchema.properties,
  /** The last closed round; null before there is one. */
  round: Type.Union([Type.Object({ id: RoundIdSchema, at: TimeSchema }), Type.Null()]),
});

const QuerySchema = Type.Object(
  {
    format: Type.Optional(
      Type.Enum(["json", "text"] as const, { description: "text is one line for people." }),
    ),
    strict: Type.Optional(
      Type.Enum(["", "failing", "degraded"] as const, {
        description:
          "Answers 503 instead of 200 when the verdict is failing or unmeasured; with `degraded`, when it is degraded, too.",
      }),
    ),
  },
  { additionalProperties: false },
);

/** The verdict, for scripts, health checks and people in a hurry. */
export function verdictRoutes(api: Api): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/verdict",
      {
        schema: {
          summary: "What netchecker knows of the cluster's network now",
          querystring: QuerySchema,
          response: {
            200: BodySchema,
            400: ErrorSchema,
            503: Type.Union([BodySchema, UnavailableSchema]),
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
