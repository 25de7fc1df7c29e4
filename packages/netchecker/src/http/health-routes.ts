import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { TimeSchema } from "@netchecker/contract";
import { Type } from "typebox";
import { isoTime } from "../core/conclude/conclude-round.ts";
import { NoParametersSchema } from "./errors.ts";
import type { Served } from "./served.ts";

/** Alive: the process answers. Ready: it has something to serve, or could have within a round. */
export function healthRoutes(served: Served): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/healthz",
      {
        schema: {
          summary: "Whether the process is alive",
          querystring: NoParametersSchema,
          response: { 200: Type.Object({ status: Type.Literal("ok") }) },
        },
      },
      () => ({ status: "ok" as const }),
    );

    const Readiness = Type.Object({
      status: Type.Enum(["ready", "not_ready"] as const),
      clusterSynced: Type.Boolean(),
      redisAwaySince: Type.Union([TimeSchema, Type.Null()]),
      lastRound: Type.Union([Type.Integer(), Type.Null()]),
    });
    app.get(
      "/readyz",
      {
        schema: {
          summary: "Whether there is a round to serve, or will be",
          querystring: NoParametersSchema,
          response: { 200: Readiness, 503: Readiness },
        },
      },
      async (_request, reply) => {
        const away = served.redisAwaySince();
        const lastRound = served.keeper.latest?.head.id ?? null;
        // A netchecker that can still serve its last round stays in the service, Redis or not.
        const ready = lastRound !== null || (served.synced() && away === null);
        return reply.code(ready ? 200 : 503).send({
          status: ready ? "ready" : "not_ready",
          clusterSynced: served.synced(),
          redisAwaySince: away === null ? null : isoTime(away),
          lastRound,
        });
      },
    );
  };
}
